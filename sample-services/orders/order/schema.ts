import { EVENT_STORE_SCHEMA } from '../../kit/event-store/schema.ts';

/**
 * The truth about an order are the events of `order:<id>`. `order_head` is written with them: where its stream ends, and
 * what orders are looked up by. Orders of a version which kept them as rows become events; their cards were not sealed
 * and are not taken along, so that one still waiting for its charge is refused and undone.
 */
export const ORDER_SCHEMA = `${EVENT_STORE_SCHEMA};
  create table if not exists order_head (
    id text primary key,
    saga_id text not null unique,
    user_id text not null,
    amount bigint not null,
    mode text not null,
    status text not null,
    version int not null,
    request_key text not null,
    request_hash text not null,
    created_at timestamptz not null default clock_timestamp()
  );
  -- A key is its customer's own; versions before knew it over all of them.
  do $$ begin
    if exists (select from pg_constraint where conname = 'order_head_request_key_key') then
      alter table order_head drop constraint order_head_request_key_key;
    end if;
  end $$;
  create unique index if not exists order_head_request on order_head (user_id, request_key);
  create index if not exists order_head_of_user on order_head (user_id, created_at desc);
  create index if not exists order_head_newest on order_head (created_at desc);
  create index if not exists order_head_open on order_head (mode, created_at) where status = 'PENDING';
  do $$ begin
    if to_regclass('orders') is not null then
      insert into order_head
        select id, saga_id, user_id, amount, mode, status, case status when 'PENDING' then 1 else 2 end,
          request_key, request_hash, created_at from orders;
      insert into event (id, stream, version, type, data, meta, at)
        select gen_random_uuid(), 'order:' || id, 1, 'ORDER_CREATED',
          jsonb_build_object('userId', user_id, 'sku', sku, 'quantity', quantity, 'amount', amount, 'sealedCard', '',
            'address', address),
          jsonb_build_object('orderId', id, 'sagaId', saga_id, 'mode', mode), created_at
        from orders order by created_at;
      insert into event (id, stream, version, type, data, meta, at)
        select gen_random_uuid(), 'order:' || o.id, 2,
          case o.status when 'CONFIRMED' then 'ORDER_CONFIRMED' else 'ORDER_CANCELLED' end,
          jsonb_build_object('userId', user_id, 'amount', amount) || case o.status
            when 'CONFIRMED' then '{}'::jsonb
            else jsonb_build_object('reason', reason, 'cause',
              case o.status when 'REJECTED' then 'rejected' else 'exhausted' end) end,
          jsonb_build_object('orderId', o.id, 'sagaId', saga_id, 'mode', o.mode), coalesce(s.ended_at, o.created_at)
        from orders o left join saga s on s.id = o.saga_id where o.status <> 'PENDING' order by s.ended_at;
      update saga s set input = jsonb_build_object('orderId', o.id, 'mode', o.mode, 'userId', user_id, 'sku', sku,
          'quantity', quantity, 'amount', amount, 'sealedCard', '', 'address', address)
        from orders o where s.order_id = o.id and s.input is null and s.ended_at is null;
      drop table orders;
    end if;
  end $$`;
