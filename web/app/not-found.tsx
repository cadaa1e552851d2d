import Link from 'next/link';
import { Empty } from '../ui/empty.tsx';

export default function NotFound() {
  return (
    <Empty title="There is no such page" action={<Link href="/">Go to the live map</Link>}>
      The address may be of another version, or mistyped.
    </Empty>
  );
}
