import { stringify } from 'yaml';
import type { Recovery, Run } from '../../contract/index.ts';
import { instantsOf } from '../instants.ts';
import { eventText, offsetText } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** t0 to t4 as a table: what the timeline draws, to be read exactly. */
export function instants(run: Run, recovery: Recovery): Markup {
  return html`<div><h2>Instants</h2><table><thead><tr><th></th><th>instant</th><th>at</th><th>clock</th></tr></thead><tbody>
${instantsOf(recovery).map(
  ({ id, what, at }) =>
    html`<tr><td class="id">${id}</td><td>${what}</td><td class="at">${at === null ? 'never' : offsetText(run, at)}</td><td class="at">${at === null ? '' : clock(at)}</td></tr>`,
)}
</tbody></table></div>`;
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 23);

export function conditions(run: Run, { conditions: all, sagas }: Recovery): Markup {
  const counts =
    `${sagas.confirmed} sagas confirmed, ${sagas.compensated} compensated, ` +
    `${sagas.active} active, ${sagas.stuck} stuck`;
  return html`<div><h2>What recovery waited for</h2><table><thead><tr><th>condition</th><th>broken</th><th>holds since</th></tr></thead><tbody>
${all.map(({ title, broken, since, detail }) => {
  const gaps = broken.map(([a, b]) => `${offsetText(run, a)} to ${offsetText(run, b)}`).join(', ');
  const holds = since === null ? 'does not hold' : gaps === '' ? 'throughout' : offsetText(run, since);
  return html`<tr><td>${title}${detail === '' ? null : html`<br><span class="quiet">${detail}</span>`}</td><td>${gaps || 'never'}</td><td class="at ${since === null ? 'failing' : ''}">${holds}</td></tr>`;
})}
</tbody></table><p class="quiet" style="margin-top:6px">${counts}</p></div>`;
}

export function journal(run: Run): Markup {
  const lines = run.events.flatMap((event) => {
    const text = eventText(event);
    return text === null ? [] : [{ at: event.at, text }];
  });
  return html`<section class="panel long"><h2>What happened</h2><table><tbody>
${lines.map(
  ({ at, text }) =>
    html`<tr><td class="at">${offsetText(run, at)}</td><td class="${/FAILED|NOT REVERTED|TRIPPED/.test(text) ? 'failing' : ''}">${text}</td></tr>`,
)}
</tbody></table></section>`;
}

/** The experiment as its file, to run it again. */
export function experimentFile(run: Run): Markup {
  return html`<section class="panel long"><h2>Experiment</h2><details><summary>${run.experimentId.replaceAll(':', '-')}.yaml</summary>
<pre>${run.source ?? stringify(run.experiment)}</pre></details></section>`;
}
