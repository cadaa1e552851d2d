import Link from 'next/link';
import { Empty } from '../ui/empty.tsx';
import { list } from '../ui/list.ts';

export default function NotFound() {
  return (
    <Empty
      title="There is no such page"
      action={
        <Link href="/" className={list.link}>
          Go to the live map
        </Link>
      }
    >
      The address may be of another version, or mistyped.
    </Empty>
  );
}
