import { EVENT } from '@stormglass/agents/contract';
import { emitEvent, withRemoteContext } from '@stormglass/agents/node';
import type { Broker, DeadMessage, QueueDefinition } from './port.ts';

/** Says in the trace of the business transaction that a message was given up. */
export function announceDead(
  { system }: Pick<Broker, 'system'>,
  queue: QueueDefinition,
  message: DeadMessage,
): void {
  withRemoteContext(message.headers, () =>
    emitEvent(
      EVENT.messageDeadLettered,
      {
        'messaging.system': system,
        'messaging.destination.name': queue.name,
        'messaging.message.id': message.id,
        'messaging.message.conversation_id': message.conversationId,
        'messaging.message.delivery_attempt': message.attempts,
        'error.message': message.error,
      },
      {
        body: `message ${message.id} given up after ${message.attempts} attempts: ${message.error}`,
        warn: true,
      },
    ),
  );
}
