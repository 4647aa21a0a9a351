/** A line of FAILED_PUSH: a device that did not get its files, or one of them. */
export interface FailedPush {
  /** Lower case. */
  readonly deviceUuid: string;
  /** May hold blanks. */
  readonly deviceName: string;
  readonly deviceAddress: string;
  /** A file or a folder on the FMC. */
  readonly sourcePath: string;
  /** A file or a folder on the device. */
  readonly destinationPath: string;
}

export interface FailedPushes {
  readonly entries: readonly FailedPush[];
  /** Lines that could not be read, as they are: a device may hide in each of them. */
  readonly unreadable: readonly string[];
}

/**
 * Reads FAILED_PUSH from both ends of each line, since names may hold blanks, and paths on the FMC that hold a name too: the UUID
 * is first, the two paths are last, the address is before them. Empty lines and a heading are skipped; every other line is an entry or unreadable.
 */
export function parseFailedPush(text: string): FailedPushes {
  const entries: FailedPush[] = [];
  const unreadable: string[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || /^#|^FTD_UUID\b/.test(line)) continue;
    const found =
      /^([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})[\s,]+(.+?)[\s,]+([0-9A-Fa-f.:%]+|[-.\w]+)[\s,]+(\/(?:[^\s,]|[\s,]+(?!\/)[^\s,])*)[\s,]+(\/\S*)$/.exec(
        line,
      );
    const [, uuid, name, address, source, destination] = found ?? [];
    if (
      uuid === undefined ||
      name === undefined ||
      address === undefined ||
      source === undefined ||
      destination === undefined
    ) {
      unreadable.push(line);
      continue;
    }
    entries.push({
      deviceUuid: uuid.toLowerCase(),
      deviceName: name,
      deviceAddress: address,
      sourcePath: source,
      destinationPath: destination,
    });
  }
  return { entries, unreadable };
}
