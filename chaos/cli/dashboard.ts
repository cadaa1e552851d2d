import { Dashboard } from './api.ts';
import type { Context } from './command.ts';
import { usage } from './exit-codes.ts';

const DEFAULT_URL = 'http://127.0.0.1:4000';

/** The dashboard which the options, else the environment, name. */
export function dashboardOf(
  values: { url: string | undefined; token: string | undefined },
  env: Context['env'],
): Dashboard {
  const url = values.url ?? env.STORMGLASS_URL ?? DEFAULT_URL;
  if (!URL.canParse(url)) throw usage(`--url is ${url}; write a URL such as ${DEFAULT_URL}`);
  return new Dashboard({ url, token: values.token ?? env.STORMGLASS_LOGIN_TOKEN });
}
