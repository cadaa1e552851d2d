import { Button } from '../../../ui/button.tsx';
import type { Clustering } from '../use-view.ts';

/** Clusters on or off, and all of them open or closed. */
export function ClusterButtons({ clustering }: { clustering: Clustering }) {
  const { view, group, openAll, closeAll } = clustering;
  const clustered = view.clusters.length > 0;
  const allOpen = clustered && view.open.size === view.clusters.length;
  return (
    <>
      <Button size="sm" onClick={() => group(!clustered)}>
        {clustered ? `Ungroup ${view.clusters.length} clusters` : 'Group'}
      </Button>
      {clustered ? (
        <Button size="sm" onClick={allOpen ? closeAll : openAll}>
          {allOpen ? 'Close all' : 'Open all'}
        </Button>
      ) : null}
    </>
  );
}
