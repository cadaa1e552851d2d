'use client';
import { useState } from 'react';
import { serviceProtections } from '../../live/protections.ts';
import { useLiveState } from '../../live/use-window.ts';
import { Empty } from '../../ui/empty.tsx';
import { list } from '../../ui/list.ts';
import { Panel } from '../../ui/panel.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ProtectionList } from './protection-list.tsx';
import styles from './resilience.module.css';

/** The protections of every service as switches, one service at a time: to see an invariant turn red without one. */
export function ProtectionsPanel({ onClose }: { onClose: () => void }) {
  const agents = useLiveState()?.agents;
  const all = serviceProtections(agents ?? []);
  const services = [...new Set(all.map(({ service }) => service))].sort();
  const [chosen, choose] = useState('orders');
  const service = services.includes(chosen) ? chosen : (services[0] ?? '');
  const on = all.filter((each) => each.on).length;
  return (
    <Panel label="Protections" title="Protections" subtitle={`${on} of ${all.length} on`} onClose={onClose}>
      <div style={{ padding: '10px 16px 16px' }}>
        {agents === undefined ? (
          <Skeleton height={240} />
        ) : all.length === 0 ? (
          <Empty title="Nothing to take away" command="npm start">
            A connected service says which mechanisms keep it right. Taken away, its invariants turn red.
          </Empty>
        ) : (
          <>
            <label className={styles.service}>
              <span className="ink2">Service</span>
              <select className={list.field} value={service} onChange={(e) => choose(e.target.value)}>
                {services.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <ProtectionList key={service} protections={all.filter((each) => each.service === service)} />
          </>
        )}
      </div>
    </Panel>
  );
}
