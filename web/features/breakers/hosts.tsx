import { ago } from '../../ui/format.ts';
import { BreakerGlyph } from '../../ui/glyphs/breaker.tsx';
import { breakerWord } from '../../ui/state.ts';
import styles from './breakers.module.css';
import { type Host, splitWords } from './history.ts';

/** The breaker host by host: whether one instance is sick, or all of them, and who reported when. */
export function Hosts({ hosts, own, at }: { hosts: readonly Host[]; own: string; at: number }) {
  const split = splitWords(hosts);
  return (
    <div>
      <h3>{hosts.length === 1 ? 'Reported by' : `On ${hosts.length} instances`}</h3>
      <table className={styles.quantiles}>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.instance}>
              <td>
                <BreakerGlyph state={host.state} quiet={host.phase === 'unknown'} />
              </td>
              <th scope="row" className={host.instance === own ? 'strong ink1' : 'ink2'}>
                {host.instance}
              </th>
              <td>{host.phase === 'unknown' ? 'unknown' : breakerWord(host.state)}</td>
              <td className={host.failed > 0 ? 'failing' : 'ink2'}>
                {host.failed} of {host.answered + host.failed} failed
              </td>
              <td className="ink3">{ago(at - host.ageMs, at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {split === '' ? null : <p className="cap degraded strong">{split}</p>}
    </div>
  );
}
