import type { RootFolder } from '../root-folder.ts';
import { furnishFirepower, type Furnishing } from './firepower.ts';

export const ftdUsrLocal = 'ngfw/usr/local';

/** The root of the FTD application is /ngfw; the plain paths resolve too. */
export function furnishFtd(root: RootFolder, furnishing: Furnishing): void {
  root.folder('ngfw/var/tmp', 0o1777);
  root.folder('ngfw/var/log');
  root.link('var', 'ngfw/var');
  furnishFirepower(root, ftdUsrLocal, [], furnishing);
}
