// W3C Trace Context: a span as the text in which it travels, and back.
import type { SpanContext } from '@opentelemetry/api';

export const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

const shape = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/** Of a text that `traceparentOf` has made. */
export function spanContextOf(traceparent: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = shape.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
}
