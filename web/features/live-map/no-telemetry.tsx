import { useQuery } from '@tanstack/react-query';
import { keys } from '../../live/keys.ts';
import { request } from '../../live/request.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Empty } from '../../ui/empty.tsx';

/** Nothing has ever arrived: how to start the shop, or attach one's own service. */
export function NoTelemetry() {
  const { data } = useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => request('health', { signal }),
  });
  const endpoint = data?.otlpHttp ?? 'http://127.0.0.1:4318';
  return (
    <Empty
      title="No telemetry yet"
      command="npm start"
      action={<CommandLine command={`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} node your-service.js`} />}
    >
      The map draws itself from the first spans. Start the sample shop with the first command, or send your
      own services here with the second: any OpenTelemetry SDK will do.
    </Empty>
  );
}
