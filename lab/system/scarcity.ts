import type { Box } from './box.ts';

/** Of what a folder has only so much left: bytes (whole pages of 4096), or files. */
export type Left = { readonly bytes: number } | { readonly files: number };

const take = `
set -e
folder=$(realpath "$1")
if ! [ -d /.lab/under ]; then
  mkdir /.lab/under /.lab/room
  mount --bind "$folder" /.lab/under
  mount -t tmpfs -o mode=755 room /.lab/room
  cp -a /.lab/under/. /.lab/room/
  mount --move /.lab/room "$folder"
fi
used() { df -P $1 "$folder" | tail -n 1 | { read -r _ _ used _; echo "$used"; }; }
if [ "$2" = bytes ]; then mount -o remount,size=$(($(used -k) + $3 / 4096 * 4))k "$folder"
else mount -o remount,nr_inodes=$(($(used -i) + $3)) "$folder"; fi
`;

const give = `
set -e
folder=$(realpath "$1")
[ -d /.lab/under ] || exit 0
find /.lab/under -mindepth 1 -delete
cp -a "$folder"/. /.lab/under/
umount -l "$folder"
umount /.lab/under
rmdir /.lab/under /.lab/room
`;

/**
 * Puts a file system of its own under one folder of a box, with hardly anything left on it. What is changed there is lost when
 * the box reboots before it gets room again.
 */
export async function makeScarce(box: Box, folder: string, left: Left): Promise<void> {
  const [what, most] = 'bytes' in left ? ['bytes', left.bytes] : ['files', left.files];
  await box.run(['bash', '-c', take, 'take', folder, what, String(most)]);
  // Its files are seen in the box alone.
  box.root.seenBy(box.init);
}

export async function makeRoom(box: Box, folder: string): Promise<void> {
  await box.run(['bash', '-c', give, 'give', folder]);
  box.root.seenBy(undefined);
}
