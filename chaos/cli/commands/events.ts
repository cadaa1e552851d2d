import { type DashboardEvent, type Delivery, EVENT_TYPES, type Webhook } from '../../contract/index.ts';
import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { dashboardOf } from '../dashboard.ts';
import { EX_PARTLY, usage } from '../exit-codes.ts';
import { columns } from '../table.ts';
import { oneOf } from '../values.ts';

const POLL_MS = 1_000;

export const eventsCommand = command({
  name: 'events',
  about: 'what happened: runs, faults, guards, breakers, levels, halts',
  arguments: [],
  options: {
    after: { type: 'string', value: 'N', about: 'only what came after the event of this number' },
    follow: { type: 'boolean', about: 'go on with what comes, until Ctrl-C' },
    ...DASHBOARD_OPTIONS,
  },
  more: 'With --json each event is a line.',
  act: async ({ values }, { terminal, env, json }) => {
    const api = dashboardOf(values, env).events;
    let cursor = Number(values.after ?? 0);
    if (!Number.isInteger(cursor) || cursor < 0) throw usage(`--after is ${values.after}; write a number`);
    for (;;) {
      const answer = await api.after(cursor);
      for (const event of answer.events) terminal.out(json ? JSON.stringify(event) : eventLine(event));
      if (answer.cursor === cursor) {
        if (!values.follow || terminal.interrupted.aborted) return 0;
        await terminal.sleep(POLL_MS);
      }
      cursor = answer.cursor;
    }
  },
});

const eventLine = ({ seq, at, type, says }: DashboardEvent): string =>
  `${String(seq).padStart(6)}  ${new Date(at).toISOString()}  ${type.padEnd(19)}  ${says}`;

export const webhooksList = command({
  name: 'webhooks list',
  about: 'where events are sent',
  arguments: [],
  options: DASHBOARD_OPTIONS,
  act: async ({ values }, { terminal, env, json }) => {
    const webhooks = await dashboardOf(values, env).events.webhooks();
    if (json) terminal.out(JSON.stringify({ webhooks }));
    else if (webhooks.length === 0) terminal.out('there is no webhook');
    else for (const line of columns(webhooks.map(row))) terminal.out(line);
    return 0;
  },
});

const row = ({ id, url, types, dropped }: Webhook): string[] => [
  ...[id, types.join(',') || 'all events', dropped === 0 ? '' : `${dropped} dropped`, url],
];

export const webhooksAdd = command({
  name: 'webhooks add',
  about: 'send events to a URL, signed',
  arguments: [{ name: 'url' }],
  options: {
    type: {
      type: 'string',
      value: 'EVENT',
      multiple: true,
      words: EVENT_TYPES,
      about: 'only these (default all)',
    },
    ...DASHBOARD_OPTIONS,
  },
  more: 'The key of the signature is shown once. STORMGLASS_WEBHOOK_SECRET sets one of your own.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const types = values.type.map((type) => oneOf('type', type, EVENT_TYPES));
    const secret = env.STORMGLASS_WEBHOOK_SECRET;
    const wish = { url: args[0] ?? '', types, ...(secret === undefined ? {} : { secret }) };
    const made = await dashboardOf(values, env).events.add(wish);
    terminal.out(json ? JSON.stringify(made) : `${made.id}\nsecret (not shown again): ${made.secret}`);
    return 0;
  },
});

export const webhooksDelete = command({
  name: 'webhooks delete',
  about: 'send nothing more there',
  arguments: [{ name: 'id' }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const gone = await dashboardOf(values, env).events.remove(args[0] ?? '');
    terminal.out(json ? JSON.stringify(gone) : `nothing more is sent to ${gone.url}`);
    return 0;
  },
});

export const webhooksTest = command({
  name: 'webhooks test',
  about: 'send a test event and show the answer',
  arguments: [{ name: 'id' }],
  options: DASHBOARD_OPTIONS,
  more: 'Exits with 1 when it was not taken.',
  act: async ({ args, values }, { terminal, env, json }) => {
    const tried = await dashboardOf(values, env).events.test(args[0] ?? '');
    terminal.out(json ? JSON.stringify(tried) : attempt(tried).join('  '));
    return tried.outcome === 'delivered' ? 0 : EX_PARTLY;
  },
});

export const webhooksDeliveries = command({
  name: 'webhooks deliveries',
  about: 'the last attempts, newest first, with what was answered',
  arguments: [{ name: 'id' }],
  options: DASHBOARD_OPTIONS,
  act: async ({ args, values }, { terminal, env, json }) => {
    const deliveries = await dashboardOf(values, env).events.deliveries(args[0] ?? '');
    if (json) terminal.out(JSON.stringify({ deliveries }));
    else for (const line of columns(deliveries.map(attempt))) terminal.out(line);
    return 0;
  },
});

const attempt = ({ at, type, attempt: nth, outcome, status, answer, tookMs }: Delivery): string[] => [
  ...[new Date(at).toISOString(), type, `attempt ${nth}`, outcome.replace('_', ' ')],
  ...[`${status ?? 'no answer'} in ${tookMs} ms`, answer.split('\n')[0]?.slice(0, 100) ?? ''],
];
