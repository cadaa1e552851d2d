import { answersSecurely } from '@stormglass/agents/host';

export { writeCertificates } from '@stormglass/agents/host';

/** True when the service answers 2xx to somebody who holds its certificate. */
export const answers = (url: string, folder: string, service: string) =>
  answersSecurely(url.replace('http:', 'https:'), { folder, service }).catch(() => false);
