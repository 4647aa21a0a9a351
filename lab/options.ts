import { z } from 'zod';

/** How one appliance behaves from the start. All of it can also be changed later through the control interface. */
export const applianceVariantSchema = z.strictObject({
  /** Where SSH lands. FTDs land in CLISH; an FMC in CLISH or bash (facts 2.1); `fxos` needs `connect ftd` first, on a `chassis`
   * behind the console of its module (2.2); a chassis only in the lab of real programs. */
  landing: z.enum(['clish', 'bash', 'fxos', 'chassis']).default('clish'),
  /** Of a chassis: the name of the instance that `connect ftd` has to say. */
  instance: z.string().optional(),
  /** Text typed within this time after an FXOS login is swallowed (facts 2.2: 3 s on real ones), ms. */
  fxosSettleMs: z.number().int().min(0).default(3000),
  authentication: z
    .array(z.enum(['password', 'keyboard-interactive']))
    .default(['password', 'keyboard-interactive']),
  exec: z.boolean().default(false),
  sftp: z.boolean().default(false),
  /** Programs that give another program a terminal of its own. Default: screen; in the lab of real programs, what its host has. */
  terminals: z.array(z.enum(['screen', 'tmux', 'script', 'python3'])).optional(),
  /**
   * Who reaches its SSH: everybody, the FMCs only (a connection of the engine is refused), nobody (refused), or nobody in
   * silence (the engine is refused all the same).
   */
  route: z.enum(['everybody', 'fmcOnly', 'nobody', 'silent']).default('everybody'),
  /** `nc` is there. */
  netcat: z.boolean().default(false),
  maxSessions: z.number().int().min(1).default(5),
  /** A session that is silent this long is logged out; 0 = never, ms. */
  idleLogoutMs: z.number().int().min(0).default(0),
  /** Long CLISH output stops at `--More--`. */
  pager: z.boolean().default(false),
  slowMs: z.number().int().min(0).default(0),
  expertRefused: z.boolean().default(false),
  sudoRefused: z.boolean().default(false),
  loginRefused: z.boolean().default(false),
  forcedPasswordChange: z.boolean().default(false),
  unknownPrompt: z.strictObject({ at: z.enum(['login', 'expert', 'sudo']), text: z.string() }).optional(),
  clockSkewMs: z.number().default(0),
  /** Free bytes by mount (`/`, `/var`, `/ngfw`, `/Volume`). */
  freeBytes: z.record(z.string(), z.number()).default({}),
  backup: z.enum(['recent', 'old', 'none']).default('recent'),
  hasGenerateCerts: z.boolean().default(true),
  /** `show cluster info` says MASTER and SLAVE, as older releases do. */
  masterSlave: z.boolean().default(false),
});
export type ApplianceVariant = z.output<typeof applianceVariantSchema>;

const whyDown = z.enum(['staleSet', 'cut']);

export const ftdSchema = z.strictObject({
  name: z.string().optional(),
  tunnel: z.enum(['up', 'down']).default('up'),
  /** Why it is down: it holds a set of an earlier CA, or 8305 is cut on the way. */
  downBecause: whyDown.default('staleSet'),
  /** The same for the tunnel to the second FMC of a pair. */
  pairTunnel: z.enum(['up', 'down']).default('up'),
  pairDownBecause: whyDown.default('staleSet'),
  version: z.string().default('7.2.5'),
  model: z.string().default('Cisco Firepower 2110 Threat Defense'),
  /** A second manager with a tunnel of its own, not part of any inventory. */
  secondManager: z.boolean().default(false),
  staleBackups: z.boolean().default(false),
  /**
   * Shares the address of another FTD, which must stand before it, behind a translation: its SSH has this port there. Such an
   * inventory needs a port for each box (YAML).
   */
  behind: z.strictObject({ ftd: z.string(), port: z.number().int() }).optional(),
  /** Units of the same group are a failover pair: one primary and one secondary, one of them active. */
  failover: z
    .strictObject({
      group: z.string(),
      unit: z.enum(['primary', 'secondary']),
      state: z.enum(['active', 'standby']),
    })
    .optional(),
  /** Units of the same group are a cluster. */
  cluster: z
    .strictObject({
      group: z.string().default('ftd-cluster'),
      unit: z.string().default('unit-1-1'),
      role: z.enum(['control', 'data']),
    })
    .optional(),
  variant: applianceVariantSchema.prefault({}),
});

export const generationSchema = z.strictObject({
  /** Time of each phase, ms: the checks, the CA, the certificates (all), each push. */
  checkMs: z.number().default(50),
  caMs: z.number().default(100),
  issueMs: z.number().default(100),
  pushMs: z.number().default(30),
  /** Asked one after another on the terminal; the real texts are not public (facts, unknown 1). */
  questions: z
    .array(z.string())
    .default([
      'Do you want to continue? [yes/no]: ',
      'Are you sure you want to generate new certificates? (yes/no): ',
    ]),
  /**
   * What is wrong with the new certificates: signed with SHA-1, which peers turn down (err 68), or the FMC's own signed by
   * itself (err 18).
   */
  flaw: z.enum(['none', 'sha1', 'selfSigned']).default('none'),
  failedPushForm: z.enum(['folder', 'files']).default('files'),
  /** What is there when every push worked. */
  onFullSuccess: z.enum(['absent', 'empty']).default('absent'),
  /** How long the copy scripts wait for a device that does not answer. */
  sshTimeoutMs: z.number().default(500),
  refusalExitCode: z.number().default(1),
});

const criticalTasks = z
  .array(z.strictObject({ name: z.string(), ageMinutes: z.number().default(5) }))
  .default([]);

export const syncStates = ['good', 'inProgress', 'degraded', 'splitBrain'] as const;

/** The secondary FMC of a pair. Version, model and licence are those of the first. */
export const pairSchema = z.strictObject({
  name: z.string().default('fmc02'),
  /** Of its own InternalCA; as the first FMC's when absent. */
  caDaysLeft: z.number().optional(),
  criticalTasks,
  variant: applianceVariantSchema.prefault({}),
  /** The tunnel between the two FMCs, and why it is down. */
  tunnel: z.enum(['up', 'down']).default('up'),
  downBecause: whyDown.default('staleSet'),
  /** Which of the two is active. */
  active: z.enum(['primary', 'secondary']).default('primary'),
  sync: z.enum(syncStates).default('good'),
  /**
   * generate_certs.pl on the secondary refuses with an HA task while the tunnel between the two is down, or while the
   * secondary holds a set of the primary's CA before last.
   */
  haTaskWhileApart: z.boolean().default(false),
});

/** A plain SSH server on the way to the boxes. */
export const jumpHostSchema = z.strictObject({
  name: z.string(),
  user: z.string().default('hop'),
  password: z.string().default('Jump-Passw0rd!'),
  /** Channels that one connection may have at once; a server that limits them refuses more with a shortage. */
  maxChannels: z.number().int().min(0).default(1000),
});
export type JumpHostSettings = z.output<typeof jumpHostSchema>;

/** A Linux host with nginx, for runbooks/rotate-nginx-certificate.yaml; its login becomes root with sudo and the password. */
export const nginxHostSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  user: z.string().default('ops'),
  password: z.string().default('Host-Passw0rd!'),
});

/** A box that plays a recording and nothing else; see `recording/`. */
export const recordedSchema = z.strictObject({
  /** The file; relative to the working directory. */
  file: z.string(),
  /** Default: as the recording has it. */
  name: z.string().optional(),
});

export const labOptionsSchema = z.strictObject({
  preset: z.enum(['small', 'demo', 'expired', 'pair']).optional(),
  /** Number of FTDs, when `ftds` does not list them. */
  devices: z.number().int().min(0).max(1000).optional(),
  ftds: z.array(ftdSchema).optional(),
  fmc: z
    .strictObject({
      name: z.string().default('fmc01'),
      version: z.string().default('7.2.5'),
      model: z.string().default('Secure Firewall Management Center 4600'),
      /** With Classic licences only, generate_certs.pl refuses until Cisco TAC bypasses the check (fault `tacBypass`). */
      licence: z.enum(['smart', 'classic']).default('smart'),
      criticalTasks,
      variant: applianceVariantSchema.prefault({}),
    })
    .prefault({}),
  /** A second FMC, which makes a high-availability pair with the first. Every FTD is registered with both. */
  pair: pairSchema.optional(),
  /** The boxes can be met directly all the same; who comes from a jump host is seen at the boxes. */
  jumpHosts: z.array(jumpHostSchema).default([]),
  /** Boxes whose behaviour is a recording. They stand in the inventory, and nobody has them for a peer. */
  recorded: z.array(recordedSchema).default([]),
  /** Only in the lab of real programs; there with `devices: 0` without an FMC. */
  nginxHosts: z.array(nginxHostSchema).default([]),
  /** Whole days that the CA has left; negative: it expired so many days ago. */
  caDaysLeft: z.number().default(40),
  generation: generationSchema.prefault({}),
  user: z.string().default('admin'),
  password: z.string().default('Lab-Passw0rd!'),
  port: z.number().int().default(2222),
  /** First two numbers after 127: `A` and `B` of 127.A.B.C; chosen freely when absent. */
  block: z.tuple([z.number().int(), z.number().int()]).optional(),
  tunnels: z.enum(['real', 'accounted']).optional(),
  heartbeatMs: z.number().default(5000),
  reconnectMs: z.number().default(3000),
  /** sftunnel needs this long to come back after a restart. */
  restartMs: z.number().default(300),
  /** How long sftunnel_status.pl waits for a peer that does not answer. */
  deadPeerMs: z.number().default(400),
  /** Key pairs that are all different; more devices share them. */
  keyPool: z.number().int().min(1).default(24),
});
export type LabOptions = z.input<typeof labOptionsSchema>;
export type LabSettings = z.output<typeof labOptionsSchema>;
export type PairSettings = z.output<typeof pairSchema>;
export type FtdSettings = z.output<typeof ftdSchema>;
export type GenerationSettings = z.output<typeof generationSchema>;

export type NamedFtd = FtdSettings & { readonly name: string };
export type ResolvedSettings = Omit<LabSettings, 'ftds'> & { readonly ftds: NamedFtd[] };

const presets: Record<'small' | 'demo' | 'expired' | 'pair', LabOptions> = {
  small: { ftds: [{}, { tunnel: 'down' }] },
  demo: {
    caDaysLeft: 40,
    ftds: [{}, {}, {}, { variant: { slowMs: 250 } }, {}, { tunnel: 'down' }, {}, { tunnel: 'down' }],
  },
  pair: { pair: {}, ftds: [{}, {}, { tunnel: 'down' }, { pairTunnel: 'down' }] },
  expired: { caDaysLeft: -3, ftds: [{}, {}, { tunnel: 'down' }, {}, { tunnel: 'down' }, {}] },
};

/** Applies the preset below what is given, and lists every FTD with a name. */
export function resolveOptions(options: LabOptions): ResolvedSettings {
  const preset = presets[options.preset ?? 'small'];
  const merged = labOptionsSchema.parse({ ...preset, ...options });
  const listed = options.ftds || options.devices === undefined ? (merged.ftds ?? []) : [];
  const count = options.devices ?? listed.length;
  const width = String(count).length < 2 ? 2 : String(count).length;
  const ftds = Array.from({ length: count }, (_, i) => {
    const settings = listed[i] ?? ftdSchema.parse({});
    return { ...settings, name: settings.name ?? `ftd${String(i + 1).padStart(width, '0')}` };
  });
  return { ...merged, ftds };
}
