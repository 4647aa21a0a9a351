/** A lab of real programs: OpenSSH, sudo, bash, perl and openssl in namespaces. Shares the control protocol with the other lab. */
export { startSystemLab, SystemLab } from './system-lab.ts';
export { makeWebCertificate, nginxHost } from './kinds/nginx.ts';
export type { Box } from './box.ts';
export { whyNoSystemLab } from './requirements.ts';
