import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const DAY_MS = 86_400_000;
/** Clocks of one machine agree, those of containers nearly. */
const BACK_MS = 3_600_000;
/** Longer than any installation runs without a new start, which makes new ones. */
const LIFE_MS = 398 * DAY_MS;

/** PEM texts. */
export interface KeyAndCertificate {
  key: string;
  certificate: string;
}

/** A certificate authority of its own, whose key never leaves this process. */
export interface Authority {
  certificate: string;
  /** For a service: server and client at once, named by its DNS name. */
  issue(service: string): KeyAndCertificate;
}

/** What `writeCertificates` writes: `ca.pem`, `<service>.pem`, `<service>.key`. */
export function makeAuthority(name: string): Authority {
  const own = keys();
  const issuer = commonName(name);
  const signed = (subject: Name, publicKey: Buffer, extensions: Extension[]): string => {
    const now = Date.now();
    const tbs = new TBSCertificate({
      version: Version.v3,
      serialNumber: positive(randomBytes(16)),
      signature: new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 }),
      issuer,
      validity: new Validity({ notBefore: new Date(now - BACK_MS), notAfter: new Date(now + LIFE_MS) }),
      subject,
      subjectPublicKeyInfo: AsnConvert.parse(publicKey, SubjectPublicKeyInfo),
      extensions: new Extensions(extensions),
    });
    const certificate = new Certificate({
      tbsCertificate: tbs,
      signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 }),
      signatureValue: toArrayBuffer(sign('sha256', Buffer.from(AsnConvert.serialize(tbs)), own.privateKey)),
    });
    return pem('CERTIFICATE', Buffer.from(AsnConvert.serialize(certificate)));
  };
  const usage = (flags: number) => extension(id_ce_keyUsage, true, new KeyUsage(flags));
  return {
    certificate: signed(issuer, own.publicKey, [
      extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
      usage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign),
    ]),
    issue: (service) => {
      const { publicKey, privateKey } = keys();
      const names = new SubjectAlternativeName([new GeneralName({ dNSName: service })]);
      const certificate = signed(commonName(service), publicKey, [
        extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
        usage(KeyUsageFlags.digitalSignature),
        extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
        extension(id_ce_subjectAltName, false, names),
      ]);
      return { certificate, key: privateKey };
    },
  };
}

/** New certificates of a new authority for these services, readable by this user alone. */
export function writeCertificates(folder: string, services: readonly string[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = makeAuthority('Stormglass local CA');
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text, { mode: 0o600 });
  write('ca.pem', authority.certificate);
  for (const service of services) {
    const { certificate, key } = authority.issue(service);
    write(`${service}.pem`, certificate);
    write(`${service}.key`, key);
  }
}

function keys(): { publicKey: Buffer; privateKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function commonName(name: string): Name {
  const value = new AttributeValue({ utf8String: name });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** A serial number is a positive integer: its first bit is 0, and its first byte not all zeros. */
function positive(bytes: Buffer): ArrayBuffer {
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toArrayBuffer(bytes);
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
