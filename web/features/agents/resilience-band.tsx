'use client';
import { serviceProtections } from '../../live/protections.ts';
import type { AgentView } from '../../live/protocol.ts';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { list } from '../../ui/list.ts';
import { Band } from '../../ui/page.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { ProtectionList } from './protection-list.tsx';
import { useResilience } from './queries.ts';
import styles from './resilience.module.css';
import { SettingsForm } from './settings-form.tsx';
import { type SettingTarget, settingTargets } from './settings-model.ts';

/** What of one service can be taken away, and how it calls others; on all its instances, while they run. */
export function ResilienceBand({ agents }: { agents: readonly AgentView[] }) {
  const protections = serviceProtections(agents);
  const adjustable = agents.filter((a) => a.connected && a.controls.some((c) => c.name === 'resilience.get'));
  const services = [...new Set([...protections, ...adjustable].map(({ service }) => service))].sort();
  const troubled = protections.find(({ on }) => !on)?.service ?? services[0] ?? '';
  const [chosen] = useUrlState<string>('service', troubled);
  if (services.length === 0) return null;
  const service = services.includes(chosen) ? chosen : troubled;
  const own = protections.filter((each) => each.service === service);
  return (
    <Band title="Protections and settings" about="of one service, on all its instances, while they run">
      <label className={styles.service}>
        <span className="ink2">Service</span>
        <select
          className={list.field}
          value={service} // The line of an agent must not open, and come into view, under the hand that chooses here.
          onChange={(e) => setUrlState({ service: e.target.value, agent: 'none' })}
        >
          {services.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <div className={styles.resilience}>
        {own.length > 0 ? <ProtectionList key={service} protections={own} /> : null}
        {adjustable.some((a) => a.service === service) ? <Settings key={service} service={service} /> : null}
      </div>
    </Band>
  );
}

function Settings({ service }: { service: string }) {
  const query = useResilience(service);
  return (
    <div>
      <QueryState query={query} rows={8}>
        {({ instances }) => <Targets service={service} targets={settingTargets(instances)} />}
      </QueryState>
    </div>
  );
}

const TARGET = { peer: 'calls to', database: 'database', rateLimit: 'limit' } as const;

function Targets({ service, targets }: { service: string; targets: SettingTarget[] }) {
  const keyOf = ({ kind, name }: SettingTarget) => `${kind}:${name}`;
  const [chosen, choose] = useUrlState<string>('settings', '');
  const target = targets.find((each) => keyOf(each) === chosen) ?? targets[0];
  if (!target) return null;
  return (
    <>
      <div className={styles.targets}>
        <SegmentedControl
          label="Settings of"
          size="sm"
          options={targets.map((each) => ({
            value: keyOf(each),
            label: `${TARGET[each.kind]} ${each.name}`,
          }))}
          value={keyOf(target)}
          onChange={choose}
        />
      </div>
      <SettingsForm key={keyOf(target)} service={service} target={target} />
    </>
  );
}
