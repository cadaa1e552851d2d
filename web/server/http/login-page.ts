import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const SCRIPT = `
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = new FormData(event.target).get('token');
  const answer = await fetch('/api/login', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }),
  });
  if (answer.ok) return location.assign('/');
  const body = await answer.json();
  document.querySelector('output').textContent = body.error.message + '. ' + body.error.next;
});`;

const STYLE = `
:root { color-scheme: dark light; font: 15px/1.5 system-ui, sans-serif }
body { display: grid; place-items: center; min-height: 100vh; margin: 0 }
form { display: grid; gap: .75rem; width: min(22rem, 90vw) }
h1 { font-size: 1.25rem; margin: 0 } input, button { font: inherit; padding: .5rem .75rem }
output { min-height: 3em }`;

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Log in - Stormglass</title><style>${STYLE}</style></head>
<body><form><h1>Stormglass</h1><label for="token">Login token (printed where the dashboard was started)</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button><output role="status"></output></form><script>${SCRIPT}</script></body></html>`;

const HASH = createHash('sha256').update(SCRIPT).digest('base64');

/** The login page needs no build: it must work before anything else does. */
export function sendLoginPage(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'sha256-${HASH}'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  });
  response.end(PAGE);
}
