import { percent, plural, rateText } from '../../../ui/format.ts';
import { Panel } from '../../../ui/panel.tsx';
import styles from '../map.module.css';
import type { EdgeState } from '../model/graph.ts';
import type { MapEdge } from '../model/structure.ts';
import type { MapState } from '../use-map.ts';
import type { Selection } from '../use-selection.ts';

const plain = (id: string) => id.replace(/^(?:queue|namespace|layer|kind):/, '');

/** Those that fail first, then the busiest. */
function worstFirst(edges: readonly MapEdge[], states: ReadonlyMap<string, EdgeState>): MapEdge[] {
  const weight = ({ id }: MapEdge): number => {
    const { errorShare = 0, rate = 0 } = states.get(id)?.figures ?? {};
    return errorShare * 1e6 + rate;
  };
  return [...edges].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
}

interface Props {
  id: string;
  edges: readonly MapEdge[];
  map: MapState;
  selection: Selection;
}

/** One line of the map that stands for several connections: which they are, each a press away. */
export function BetweenPanel({ id, edges, map, selection }: Props) {
  const [from = '', to = ''] = id.split('>');
  return (
    <Panel
      label={`Between ${plain(from)} and ${plain(to)}`}
      title={
        <>
          {plain(from)} <span className="ink3">→</span> {plain(to)}
        </>
      }
      subtitle={`${plural(edges.length, 'connection')}, those that fail first`}
      onClose={selection.close}
    >
      {edges.length === 0 ? (
        <p className="ink2" role="status" style={{ padding: '12px 16px' }}>
          Nothing was sent between them in the last 5 minutes.
        </p>
      ) : null}
      <ul className={styles.between}>
        {worstFirst(edges, map.figures.edges).map((edge) => {
          const figures = map.figures.edges.get(edge.id)?.figures;
          const failing = (figures?.errorShare ?? 0) >= 0.001;
          return (
            <li key={edge.id}>
              <button type="button" onClick={() => selection.chooseEdge(edge.id)}>
                <span className="clip gap">
                  {plain(edge.from)} → {plain(edge.to)}
                </span>
                <span className="ink2">{rateText(figures?.rate ?? 0)}</span>
                <span className={failing ? 'failing strong' : 'ink3'}>
                  {percent(figures?.errorShare ?? 0)} failed
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
