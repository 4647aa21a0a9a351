#!/bin/bash
# First process of a box, in namespaces of its own: makes its root what the processes of the box see, and becomes its init.
# enter.sh ROOT HOSTNAME USR_LOCAL NODE PROGRAM_THAT_IS_NOT_THERE…
set -eu
root=$1 hostname=$2 local=$3 node=$4
shift 4

hostname "$hostname"
mount --make-rprivate /
mount --bind "$root" "$root"
if [ $# -eq 0 ]; then
  mount --bind /usr "$root/usr"
  mount -o remount,bind,ro "$root/usr"
else
  # A layer over the host's /usr that blots programs out.
  (
    cd "$root/.lab"
    mkdir -p hidden/bin
    for name; do for file in /usr/bin/"$name"{,.*}; do
      [ -e "$file" ] && [ ! -e hidden/bin/"${file##*/}" ] && mknod hidden/bin/"${file##*/}" c 0 0
    done; done
    mount -t overlay -o ro,lowerdir=hidden:/usr overlay "$root/usr"
  )
fi
mount --bind "$root/$local" "$root/usr/local"
[ -e "$root/.lab/node" ] || : > "$root/.lab/node"
mount --bind "$node" "$root/.lab/node"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,nosuid dev "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
mkdir "$root/dev/pts" "$root/dev/shm"
chmod 1777 "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"

cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
cd /
# The lab lays the network cable meanwhile and says so with a line.
read -r _
exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/bin/perl /.lab/init.pl
