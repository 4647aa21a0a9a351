import { randomBytes } from 'node:crypto';
import { utimesSync } from 'node:fs';
import type { GenerationSettings } from '../../options.ts';
import { program } from '../program.ts';
import type { RootFolder } from '../root-folder.ts';
import { furnishFirepower, type Furnishing } from './firepower.ts';

export const fmcUsrLocal = '.lab/usr-local';

/** Without its CA, which `sfca new` makes, and its peers. */
export function furnishFmc(root: RootFolder, furnishing: Furnishing, generation: GenerationSettings): void {
  const { variant, hostname } = furnishing;
  const scripts = ['OmniQuery.pl', 'troubleshoot_HADC.pl'];
  if (variant.hasGenerateCerts) scripts.push('generate_certs.pl');
  furnishFirepower(root, fmcUsrLocal, scripts, furnishing);
  root.copy(program('sfca.sh'), `${fmcUsrLocal}/sf/lib/sfca`, 0o755);
  root.copy(program('askpass.sh'), `${fmcUsrLocal}/sf/lib/askpass`, 0o755);
  for (const name of ['copy_sftunnel_certs.py', 'copy_sftunnel_certs_jumpserver.py']) {
    root.copy(program('copy_sftunnel_certs.pl'), `${fmcUsrLocal}/sf/bin/${name}`, 0o755);
    root.link(`${fmcUsrLocal}/sbin/${name}`, `../sf/bin/${name}`);
  }
  for (const folder of ['var/sf/backup', 'var/tmp/certs', 'etc/sf/keys']) root.folder(folder);
  root.put(
    'etc/sf/sftunnel.conf',
    'proxyssl\n{\n\tproxy_cert /etc/sf/keys/sftunnel-cert.pem;\n\tproxy_key /etc/sf/keys/sftunnel-key.pem;\n\tproxy_cacert /etc/sf/ca_root/cacert.pem;\n\tproxy_crl /etc/sf/ca_root/crl.pem;\n\tproxy_cipher 1;\n\tproxy_tls_version TLSv1.2;\n};\n',
  );
  root.put('etc/sf/patch_history', '7.2.5-208\n');
  root.put('.lab/generation.json', JSON.stringify(generation));
  if (variant.backup === 'none') return;
  const file = `var/sf/backup/${hostname}-backup-2026.tgz`;
  root.put(file, Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), randomBytes(200_000)]));
  const at = new Date(Date.now() - (variant.backup === 'old' ? 120 * 86_400_000 : 6 * 3_600_000));
  utimesSync(root.at(file), at, at);
}
