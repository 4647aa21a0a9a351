import { handDeliveryText, restartRule, type HandDelivery, type IssuedFiles } from './by-hand.ts';
import { printable, printableLines } from './format/printable.ts';

/** What is known of one FMC when its part of the pack is written. */
export interface PackManager {
  readonly name: string;
  readonly uuid: string;
  /** Of the CA that it presents now; empty where it is not known. */
  readonly caFingerprint: string;
  /** There is a new CA: generate_certs.pl must not run again. */
  readonly generated: boolean;
  /** Path of FAILED_PUSH; empty where there is none, or not yet. */
  readonly failedPush: string;
}

export interface PackDevice {
  readonly name: string;
  readonly uuid: string;
  readonly host: string;
  readonly tunnel: HandDelivery['tunnel'];
  /** Absent before the generation, and where it could not be read. */
  readonly issued?: IssuedFiles;
  /** Why it could not be read. */
  readonly problem?: string;
}

export interface PackFile {
  /** A bare file name. */
  readonly name: string;
  readonly text: string;
}

/** Where generate_certs.pl puts its work folders, and where devices keep the sets of their FMCs (Cisco document 222464). */
const workRoot = '/var/tmp/certs';
const peersRoot = '/var/sf/peers';
const setNames = ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'];

/** The texts of one FMC and of each of its devices: enough to finish by hand with nothing of ours. No key, no password. */
export function packFiles(manager: PackManager, devices: readonly PackDevice[], madeAt: string): PackFile[] {
  const files = devices.map((device) => ({
    name: `${fileWord(manager.name)}-${fileWord(device.name)}-${fileWord(device.uuid)}.txt`,
    text: deviceText(manager, device, madeAt),
  }));
  const list = devices.map(
    (device, at) =>
      `  ${printable(device.name)}: tunnel ${device.tunnel}, ${device.issued === undefined ? 'checksums not known' : 'checksums known'}, ${files[at]?.name ?? ''}`,
  );
  const text = lines([
    `${printable(manager.name)} (${printable(manager.uuid)}), as of ${madeAt}`,
    '',
    `CA that it presents: ${manager.caFingerprint === '' ? 'not known' : printable(manager.caFingerprint)}`,
    manager.generated
      ? 'A new CA has been made. Do not run generate_certs.pl again: it would make another CA, and every device would need other files.'
      : 'This text was written before the run did anything. generate_certs.pl is run once, by the run or by a person, never by both: look first',
    ...(manager.generated
      ? []
      : [
          `whether a run is under way, and which work folders there are: ls -ld ${workRoot}/*; openssl x509 -in /etc/sf/ca_root/cacert.pem -noout -dates -fingerprint -sha256`,
        ]),
    `Devices that were missed stand in ${manager.failedPush === '' ? `FAILED_PUSH in the newest folder below ${workRoot}` : word(manager.failedPush)}.`,
    '',
    ...meanwhile,
    '',
    'Its devices:',
    ...list,
    '',
    'After all devices: sftunnel_status.pl (every tunnel up, both channels); a new backup of the FMC (an older one brings the old CA back).',
  ]);
  return [{ name: `${fileWord(manager.name)}-${fileWord(manager.uuid)}.txt`, text }, ...files];
}

/** What lies in the folder and where to begin. */
export function packIndex(names: readonly string[], madeAt: string): string {
  return lines([
    `Offline pack of the sftunnel renewal, last written ${madeAt}. With it the night is finished by hand, without the engine.`,
    '',
    '1. First make sure that no run goes on: it and a person must not change the same box at the same time.',
    '2. Begin with the text of the FMC. Then one device after the other, those with a living tunnel first.',
    '3. A device whose set fits already (step 3 of its text, against the files in its folder) needs nothing.',
    '',
    ...meanwhile,
    '',
    'Files:',
    ...[...names].sort().map((name) => `  ${printable(name)}`),
  ]);
}

const meanwhile = [
  'Meanwhile: no reboot, no upgrade, no restart of sftunnel on the FMC, ever; no deployment; and none on a device that does not yet hold',
  'its new set: its next reconnect would fail for good. The FMC may be upgraded once all of its tunnels are down.',
];

function deviceText(manager: PackManager, device: PackDevice, madeAt: string): string {
  const managerUuid = word(manager.uuid);
  const { issued } = device;
  const delivery: HandDelivery = {
    device: printable(device.name),
    host: /^[\w.:[\]-]+$/.test(device.host) ? device.host : 'HOST',
    manager: printable(manager.name),
    managerUuid,
    folder: word(`${peersRoot}/${manager.uuid}`),
    issued:
      issued === undefined
        ? {
            files: setNames.map((name) => ({ name, path: `$SET/${name}`, sha256: '' })),
            certificateFingerprint: '',
            notBefore: 'the first',
            notAfter: 'the second date of: openssl x509 -noout -dates, of its sftunnel-cert.pem',
          }
        : { ...issued, files: issued.files.map((file) => ({ ...file, path: word(file.path) })) },
    tunnel: device.tunnel,
  };
  return lines([
    `${printable(device.name)} (${printable(device.uuid)}) under ${printable(manager.name)}, as of ${madeAt}`,
    '',
    ...(issued === undefined
      ? [
          `The checksums of its files are not known: ${printable(device.problem ?? 'they are made by generate_certs.pl.')}`,
          `0. On ${printable(manager.name)} (expert, sudo su -), after the generation, find the newest set of this device and keep its folder:`,
          `     find ${workRoot} -path ${word(`*${device.uuid}*`)} -name sftunnel-cert.pem -exec ls -l --full-time {} +`,
          '     SET=FOLDER      # the folder of the newest one',
          '     openssl verify -CAfile /etc/sf/ca_root/cacert.pem $SET/sftunnel-cert.pem; sha256sum $SET/*.pem      # note the sums for steps 3 and 6',
          '',
        ]
      : []),
    ...meanwhile,
    '',
    handDeliveryText(delivery),
    '',
    `Rule of the restart: ${restartRule({ tunnel: 'unknown', managerUuid })} Look again before: the state of the tunnel is as of ${madeAt}.`,
  ]);
}

/** A value as one word of a shell; what steers a terminal is made visible. */
function word(text: string): string {
  const shown = printable(text);
  return /^[\w./:@%+=,-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

/** Part of a file name: nothing in it can lead out of the folder. */
function fileWord(text: string): string {
  return text.replace(/[^A-Za-z0-9-]+/g, '_').slice(0, 60) || '_';
}

function lines(texts: readonly string[]): string {
  return `${printableLines(texts.join('\n'))}\n`;
}
