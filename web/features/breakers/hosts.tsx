import { ago } from '../../ui/format.ts';
import { breakerWord } from '../../ui/state.ts';
import styles from './breakers.module.css';
import { type Host, splitWords } from './history.ts';

/** The breaker host by host: whether one instance is sick, or all of them, and who reported when. */
export function Hosts({ hosts, own, at }: { hosts: readonly Host[]; own: string; at: number }) {
  const split = splitWords(hosts);
  return (
    <div>
      <h3>{hosts.length === 1 ? 'Reported by' : `On ${hosts.length} instances`}</h3>
      <table className={`${styles.quantiles} ${styles.hosts}`}>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.instance}>
              <th scope="row" className={host.instance === own ? 'strong ink1' : 'ink2'}>
                {host.instance}
              </th>
              <td>
                {host.phase === 'unknown' ? 'unknown' : breakerWord(host.state)},{' '}
                <span className={host.failed > 0 ? 'failing' : 'ink2'}>
                  {host.failed} of {host.answered + host.failed} failed
                </span>
                <span className="ink3">, {ago(at - host.ageMs, at)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {split === '' ? null : <p className="cap degraded strong">{split}</p>}
    </div>
  );
}
