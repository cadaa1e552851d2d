'use client';
import { useElementSize } from '@mantine/hooks';
import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Legend } from './legend.tsx';
import styles from './map.module.css';
import { MAP_WINDOW_S } from './model/graph.ts';
import { canvasFor } from './model/layout.ts';
import { NoTelemetry } from './no-telemetry.tsx';
import { SidePanel } from './panel/side-panel.tsx';
import { StoryLine } from './story-line.tsx';
import { MapTools } from './tools/map-tools.tsx';
import { useBaseline } from './use-baseline.ts';
import { useMap } from './use-map.ts';
import { useSelection } from './use-selection.ts';
import { useSight } from './use-sight.ts';

/** Title and story above the map. */
const HEAD_PX = 64;

function MapSkeleton() {
  return (
    <div className={styles.skeleton}>
      {[60, 210, 400, 560, 720, 880].map((left) => (
        <div key={left} style={{ position: 'absolute', left: `${left / 10}%`, top: '44%' }}>
          <Skeleton width={56} height={56} />
        </div>
      ))}
    </div>
  );
}

// The graph library is loaded beside the first data, not before the frame.
const MapCanvas = dynamic(() => import('./map-canvas.tsx'), { ssr: false, loading: MapSkeleton });

/** The live map with its story on top and, when something is chosen, its panel on the right. */
export function LiveMapPage({ invitation }: { invitation: ReactNode }) {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const map = useMap(canvasFor(width, height - HEAD_PX));
  const selection = useSelection();
  const sight = useSight(map, selection);
  const compared = useBaseline(map);
  const { page, structure } = map;
  const chosen = selection.node !== '' || selection.edge !== '';
  const empty = structure.nodes.length === 0;
  return (
    <div className={styles.page} data-panel={chosen}>
      <div ref={ref} className={styles.map}>
        <header className={styles.head}>
          <h1>Live map</h1>
          <span className="cap ink3">rings and numbers: last {MAP_WINDOW_S} s</span>
          <span className="gap" />
          {invitation}
          {empty ? null : <MapTools map={map} selection={selection} sight={sight} compared={compared} />}
          <Legend />
        </header>
        <StoryLine page={page} />
        {page.error ? <ErrorNote error={page.error} /> : null}
        {empty && page.loading ? <MapSkeleton /> : null}
        {empty && !page.loading && !page.error ? <NoTelemetry /> : null}
        {empty ? null : <MapCanvas map={map} selection={selection} sight={sight} compared={compared} />}
      </div>
      {chosen ? <SidePanel map={map} selection={selection} compared={compared} /> : null}
    </div>
  );
}
