import { applianceVariantSchema, type ApplianceVariant, type ResolvedSettings } from '../options.ts';

/** Ways of a box that this lab can give it from the start. */
const variants = new Set<keyof ApplianceVariant>([
  'landing',
  'authentication',
  'terminals',
  'fxosSettleMs',
  'instance',
  'idleLogoutMs',
  'maxSessions',
  'masterSlave',
  'sftp',
  'pager',
  'expertRefused',
  'sudoRefused',
  'forcedPasswordChange',
  'unknownPrompt',
  'clockSkewMs',
  'backup',
  'hasGenerateCerts',
]);

/** Throws with all that is asked for and not to be had here, by name. */
export function refuseWhatIsNotThere(settings: ResolvedSettings): void {
  const plain = applianceVariantSchema.parse({});
  const wanted = (place: string, variant: ApplianceVariant): string[] =>
    (Object.keys(plain) as (keyof ApplianceVariant)[])
      .filter((key) => !variants.has(key) && JSON.stringify(variant[key]) !== JSON.stringify(plain[key]))
      .map((key) => `${place}.variant.${key}`);
  const lacking = [
    ...wanted('fmc', settings.fmc.variant),
    ...settings.ftds.flatMap((ftd) => [
      ...wanted(ftd.name, ftd.variant),
      ...(['behind'] as const).filter((key) => ftd[key] !== undefined).map((key) => `${ftd.name}.${key}`),
    ]),
    ...(settings.pair ? wanted('pair', settings.pair.variant) : []),
    ...(settings.recorded.length > 0 ? ['recorded'] : []),
    // OpenSSH knows no such limit.
    ...settings.jumpHosts
      .filter(({ maxChannels }) => maxChannels !== 1000)
      .map(({ name }) => `${name}.maxChannels`),
    ...(settings.generation.flaw === 'none' ? [] : ['generation.flaw']),
  ];
  if (lacking.length > 0) throw new Error(`the system lab has no ${lacking.join(', ')}`);
}
