// Reads the Prometheus text format 0.0.4, strictly: what is not in its grammar is an error.
// https://prometheus.io/docs/instrumenting/exposition_formats/

export interface Family {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const sampleShape = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (NaN|Nan|[+-]Inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const labelShape = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y;

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelShape.lastIndex = 0;
  while (labelShape.lastIndex < text.length) {
    const [, name, value] = labelShape.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`No labels: ${text}`);
    labels[name] = value;
  }
  return labels;
}

const suffixes: Record<string, string> = {
  counter: '',
  gauge: '',
  histogram: '(_bucket|_sum|_count)',
  summary: '(|_sum|_count)',
};

export function readPrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.');
  const families = new Map<string, Family>();
  let current: [string, Family] | undefined;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`${name} comes twice`);
      current = [name, { help: rest, type: '', samples: [] }];
      families.set(...current);
    } else if (keyword === 'TYPE') {
      if (current?.[0] !== name) throw new Error(`A type without its help: ${line}`);
      current[1].type = rest;
    } else {
      const [, sample = '', labels = '', value = ''] = sampleShape.exec(line) ?? [];
      const suffix = suffixes[current?.[1].type ?? ''];
      if (
        current === undefined ||
        suffix === undefined ||
        !new RegExp(`^${current[0]}${suffix}$`).test(sample)
      )
        throw new Error(`Not a sample of ${current?.[0]}: ${line}`);
      current[1].samples.push({
        name: sample,
        labels: labelsOf(labels),
        value: Number(value.replace('Inf', 'Infinity')),
      });
    }
  }
  return families;
}

/** The value of the one sample with this name and these labels; 0 when it is not there (yet). */
export function valueOf(
  families: Map<string, Family>,
  name: string,
  labels: Record<string, string> = {},
): number {
  const all = [...families.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name);
  const found = all.filter((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`${name} has ${found.length} samples with these labels`);
  return found[0]?.value ?? 0;
}
