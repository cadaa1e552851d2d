import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { RangeLink } from '../../ui/range-link.tsx';

interface NothingProps {
  filtered: boolean;
  requestsOnly: boolean;
  showAll: () => void;
}

/** Why the list is empty, and the next step. */
export function Nothing({ filtered, requestsOnly, showAll }: NothingProps) {
  if (requestsOnly) {
    return (
      <Empty
        title="No trace of a request in this range"
        action={<Button onClick={showAll}>Show all traces</Button>}
      >
        No service has answered a request. What else went on, like polls and relays, is hidden by the filter
        above.
      </Empty>
    );
  }
  if (filtered) {
    return (
      <Empty title="No trace fits">
        Take a condition out, or widen the time range at the top. Keys are attribute names as the service sent
        them, like http.route=/charges; Facets shows those of this range.
      </Empty>
    );
  }
  return (
    <Empty
      title="No traces in this range"
      command="npm start"
      action={<RangeLink href="/attach">Attach your own service</RangeLink>}
    >
      Each request of an instrumented service is one trace. Start the sample shop, or send OpenTelemetry from
      your own service.
    </Empty>
  );
}
