// The result of a model-day out of the stored event that holds it, as text: it may be large, and goes out as it came in.
const before = /^\{"date":"[^"\\]*","model":"(?:[^"\\]|\\.)*","attempt":\d+,"result":/;
const after = /,"completed_at":"[^"\\]*"\}$/;

/** @param data of a `ModelDayCompleted` */
export function resultTextOf(data: string): string {
  const start = before.exec(data)?.[0].length;
  const end = after.exec(data.slice(-tailLength))?.[0].length;
  // The members of an event stand in this order. Should an older or a newer one have another, it costs time and no more.
  if (start === undefined || end === undefined)
    return JSON.stringify((JSON.parse(data) as { result: unknown }).result ?? null);
  return data.slice(start, data.length - end);
}

/** Longer than what follows a result. */
const tailLength = 100;
