// What sftunnel writes into /var/log/messages, and OpenSSL's verify numbers in it.
import fs from 'node:fs';

const hostname = fs.readFileSync('/etc/hostname', 'utf8').trim();

/** OpenSSL's verify numbers by Node's names for them. */
export const numbers = {
  CERT_SIGNATURE_FAILURE: 7,
  CERT_NOT_YET_VALID: 9,
  CERT_HAS_EXPIRED: 10,
  DEPTH_ZERO_SELF_SIGNED_CERT: 18,
  SELF_SIGNED_CERT_IN_CHAIN: 19,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 20,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 21,
  INVALID_PURPOSE: 26,
};
export const texts = {
  7: 'certificate signature failure',
  9: 'certificate is not yet valid',
  10: 'certificate has expired',
  18: 'self signed certificate',
  19: 'self signed certificate in certificate chain',
  20: 'unable to get local issuer certificate',
  21: 'unable to verify the first certificate',
};
const alerts = { 7: 'tlsv1 alert decrypt error', 10: 'sslv3 alert certificate expired' };

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export function log(level, text, module = 'sftunneld:sf_ssl') {
  const now = new Date();
  const stamp = `${months[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
  fs.appendFileSync(
    '/var/log/messages',
    `${stamp} ${hostname} SF-IMS[${process.pid}]: [${process.pid}] ${module} [${level}] ${text}\n`,
  );
}

export function logRefusal(number, certificate) {
  const text = texts[number] ?? 'certificate verify failed';
  const name = (x) =>
    x
      .split('\n')
      .map((part) => `/${part}`)
      .join('');
  log(
    'ERROR',
    `-Error with certificate at depth: ${number === 10 || number === 19 || number === 20 ? 1 : 0}`,
  );
  log('ERROR', `  issuer   = ${certificate ? name(certificate.issuer) : ''}`);
  log('ERROR', `  subject   = ${certificate ? name(certificate.subject) : ''}`);
  log('ERROR', `  err ${number}:${text}`);
  log('ERROR', 'SSL_renegotiate error: 1: error:00000001:lib(0):func(0):reason(1)');
  log('ERROR', 'Connect:SSL handshake failed');
  log('WARN', `SSL Verification status: ${text}`);
}
export function logRefused(number, address) {
  const alert = alerts[number] ?? 'tlsv1 alert unknown ca';
  log('INFO', 'VERIFY ssl_verify_callback_initial ok!');
  log('ERROR', 'Connect:SSL handshake failed');
  log('WARN', 'SSL Verification status: ok');
  log(
    'WARN',
    `establishConnectionUtil: SSL handshake failed: error:14094415:SSL routines:ssl3_read_bytes:${alert}`,
  );
  log('WARN', `establishConnectionUtil: Failed to connect using SSL to: '${address}'`);
  log(
    'INFO',
    `establishConnectionUtil: Failed connecting with SSL to using to: '${address}' rval[40] Too many levels of symbolic links`,
  );
}
export function logNoWay(address) {
  log('INFO', `Wait to connect to 8305 (IPv4): ${address}`);
  log('INFO', `Connect to ${address} failed on port 8305 socket 11 (No route to host)`);
  log('INFO', `No IPv4 connection to ${address}`);
  log('WARN', `Unable to connect to peer '${address}'`);
}
