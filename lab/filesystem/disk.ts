/**
 * Space per mount. The shell's files are tiny, so a mount is told how many bytes are free and is charged from there.
 * `/ngfw`, `/var` and `/Volume` are the mounts whose filling up is known from the field (facts 2.3, 4.15).
 */
export interface Mount {
  readonly path: string;
  readonly device: string;
  readonly totalBytes: number;
  freeBytes: number;
  /** Somebody else fills the mount up as soon as so many more bytes were written. */
  fullAfterBytes?: number | undefined;
}

const gib = 1024 ** 3;

export class Disk {
  readonly mounts: Mount[];

  constructor(freeBytes: Readonly<Record<string, number>> = {}) {
    const mount = (path: string, device: string, totalBytes: number): Mount => ({
      path,
      device,
      totalBytes,
      freeBytes: freeBytes[path] ?? Math.floor(totalBytes * 0.6),
    });
    this.mounts = [
      mount('/', '/dev/sda5', 4 * gib),
      mount('/Volume', '/dev/sda7', 200 * gib),
      mount('/ngfw', '/dev/sda6', 40 * gib),
      mount('/var', '/dev/sda8', 40 * gib),
    ];
  }

  mountOf(path: string): Mount {
    let best = this.mounts[0] as Mount;
    for (const mount of this.mounts) {
      if ((path === mount.path || path.startsWith(`${mount.path}/`)) && mount.path.length > best.path.length)
        best = mount;
    }
    return best;
  }

  /** Takes up to `bytes` and returns how many there were. */
  take(path: string, bytes: number): number {
    const mount = this.mountOf(path);
    if (mount.fullAfterBytes !== undefined) {
      if (bytes > mount.fullAfterBytes) {
        mount.freeBytes = mount.fullAfterBytes;
        mount.fullAfterBytes = undefined;
      } else mount.fullAfterBytes -= bytes;
    }
    const taken = Math.min(bytes, Math.max(0, mount.freeBytes));
    mount.freeBytes -= taken;
    return taken;
  }

  giveBack(path: string, bytes: number): void {
    this.mountOf(path).freeBytes += bytes;
  }
}
