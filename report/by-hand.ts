/** Where a device's new set lies on its FMC, and what it is. Paths and checksums; no key. */
export interface IssuedFiles {
  /** In the order of delivery: cacert.pem, sftunnel-cert.pem, sftunnel-key.pem. */
  readonly files: readonly IssuedFile[];
  readonly certificateFingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface IssuedFile {
  /** Name on the device. */
  readonly name: string;
  /** Path on the FMC. */
  readonly path: string;
  /** Hex; empty where it could not be read. */
  readonly sha256: string;
}

export interface HandDelivery {
  readonly device: string;
  /** Host alone, as `scp` takes it. */
  readonly host: string;
  readonly manager: string;
  readonly managerUuid: string;
  /** Folder of this FMC on the device. */
  readonly folder: string;
  readonly issued: IssuedFiles;
  readonly tunnel: 'up' | 'down' | 'unknown';
}

/** Where the files rest on the device before they are checked; a person makes it and removes it. */
const rest = '/home/admin/sftunnel-new';

/** Exact commands to bring a device its set without this program. */
export function handDeliveryText(delivery: HandDelivery): string {
  const { issued, folder, manager, managerUuid } = delivery;
  const names = issued.files.map(({ name }) => name).join(' ');
  return [
    `Bring ${delivery.device} its new set by hand.`,
    '',
    `1. On ${manager} (expert, sudo su -), the files of this device and their SHA-256:`,
    ...issued.files.map(({ path, sha256 }) => `     ${sha256 === '' ? '(not read)' : sha256}  ${path}`),
    '   Compare first:',
    `     sha256sum ${issued.files.map(({ path }) => path).join(' ')}`,
    `2. On ${delivery.device} (expert, not root), a folder that only you can read:`,
    `     mkdir -m 700 ${rest}`,
    `   On ${manager} (root); any other way that keeps the bytes will do too:`,
    ...issued.files.map(({ path, name }) => `     scp ${path} admin@${delivery.host}:${rest}/${name}`),
    `3. On ${delivery.device} (expert, sudo su -), check what arrived; go on only when every line says OK or is the same twice:`,
    ...issued.files
      .filter(({ sha256 }) => sha256 !== '')
      .map(({ name, sha256 }) => `     echo '${sha256}  ${rest}/${name}' | sha256sum -c`),
    `     openssl verify -CAfile ${rest}/cacert.pem ${rest}/sftunnel-cert.pem`,
    `     openssl x509 -in ${rest}/sftunnel-cert.pem -noout -pubkey | sha256sum; openssl pkey -in ${rest}/sftunnel-key.pem -pubout | sha256sum`,
    `     date -u      # must lie between ${issued.notBefore} and ${issued.notAfter}`,
    '4. Keep the old files. A backup that is there already is never overwritten:',
    `     cd ${folder}`,
    `     for f in ${names}; do b=$f.backup; [ -e $b ] && b=$f.backup.$(date -u +%Y%m%dT%H%M%SZ); cp -np $f $b && cmp $f $b; done`,
    '5. Put the new ones in place, beside first, then by name:',
    `     for f in ${names}; do cp ${rest}/$f .$f.new && chown root:root .$f.new && chmod 644 .$f.new; done`,
    `     for f in ${names}; do mv -f .$f.new $f; done`,
    '6. Check what lies there (644 root:root, the three sums of step 1), and remove the rest:',
    `     ls -la ${folder}; sha256sum ${names}`,
    `     rm -rf ${rest}`,
    `7. ${restartRule(delivery)}`,
    `8. Check: sftunnel_status.pl ${managerUuid} (both channels connected; after a restart a start time newer than it).`,
  ].join('\n');
}

/** When sftunnel may be restarted on a device, and how. */
export function restartRule({ tunnel, managerUuid }: Pick<HandDelivery, 'tunnel' | 'managerUuid'>): string {
  const command = 'pmtool restartbyid sftunnel';
  const only = `only when step 6 was right, and no other manager of this device has a living tunnel (sftunnel_status.pl; every folder under /var/sf/peers but ${managerUuid})`;
  switch (tunnel) {
    case 'up':
      return 'Its tunnel is up: do not restart sftunnel; the new files are used at the next reconnect.';
    case 'down':
      return `Its tunnel is down: ${command}, once, ${only}.`;
    case 'unknown':
      return `Where its tunnel is down: ${command}, once, ${only}. Where it is up: do not restart it.`;
  }
}

/** What is left on a device whose files were brought by a program that only said so. */
export function handRestartText(delivery: HandDelivery): string {
  return [
    `The script on ${delivery.manager} says that it has copied the new files to ${delivery.device}; nobody has looked at them there, and the tunnel has not come up on them.`,
    `Log in to ${delivery.device} (expert, sudo su -) and compare the sums of what lies there with what was issued:`,
    `     sha256sum ${delivery.issued.files.map(({ name }) => `${delivery.folder}/${name}`).join(' ')}`,
    ...delivery.issued.files.map(({ name, sha256 }) => `     ${sha256}  ${name}`),
    `Only when all three are the same, and no other manager of this device has a living tunnel: pmtool restartbyid sftunnel`,
    `Then retry: the run looks at the FMC whether the tunnel has come up.`,
  ].join('\n');
}
