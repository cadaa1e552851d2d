import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { StateHue } from '../../../ui/state.ts';
import styles from '../map.module.css';
import type { FlowNode, NodeData } from '../map-types.ts';
import { radiusOf } from '../model/cells.ts';
import { nodeState } from '../model/node-state.ts';
import { ClusterNode } from './cluster-node.tsx';
import { OutsideNode } from './outside-node.tsx';
import { QueueNode } from './queue-node.tsx';
import { ServiceNode } from './service-node.tsx';
import { StateFlash } from './state-flash.tsx';

function Picture({ data }: { data: NodeData }) {
  switch (data.node.kind) {
    case 'queue':
      return <QueueNode data={data} />;
    case 'outside':
      return <OutsideNode data={data} />;
    case 'cluster':
      return <ClusterNode data={data} />;
    case 'service':
    case 'client':
      return <ServiceNode data={data} />;
  }
}

/** Chosen is ink: a ring, or a frame round a tank. */
function ChosenMark({ kind, r }: { kind: NodeData['node']['kind']; r: number }) {
  const ink = { fill: 'none', stroke: 'var(--ink1)', strokeWidth: 1.5 };
  if (kind === 'queue') return <rect x={-40} y={-25} width={80} height={50} rx={8} {...ink} />;
  return <circle r={r + 6} {...ink} />;
}

function flashOf({ node, figures, live }: NodeData): { state: string | null; hue: StateHue } {
  const hue = nodeState(node, figures);
  return { state: live ? hue : null, hue };
}

/** One node of the map: its picture around its middle, and a ring of ink when it is chosen. */
export const MapNodeView = memo(function MapNodeView({ data }: NodeProps<FlowNode>) {
  const r = radiusOf(data.node);
  const size = r * 2;
  return (
    <div className={styles.node} data-dim={data.dim} style={{ width: size, height: size }}>
      <Handle type="target" position={Position.Left} className={styles.handle} isConnectable={false} />
      <svg
        width={size}
        height={size}
        viewBox={`${-r} ${-r} ${size} ${size}`}
        className={styles.picture}
        aria-hidden="true"
      >
        <StateFlash {...flashOf(data)} r={r + 9} />
        {data.chosen ? <ChosenMark kind={data.node.kind} r={r} /> : null}
        <Picture data={data} />
      </svg>
      <Handle type="source" position={Position.Right} className={styles.handle} isConnectable={false} />
    </div>
  );
});
