/** Reads Prometheus' text format: enough for Freshet's own page. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const number = (text: string): number => {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' }

export function parseMetrics(page: string): Sample[] {
  const samples: Sample[] = []
  for (const line of page.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line)
    if (!match) continue
    const labels: Record<string, string> = {}
    for (const [, name, value] of (match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels[name!] = value!.replace(/\\(.)/g, (_, char: string) => ESCAPED[char] ?? char)
    samples.push({ name: match[1]!, labels, value: number(match[3]!) })
  }
  return samples
}

/** The sum over all samples of this name that have these labels. */
export function total(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels)
  let sum = 0
  for (const sample of samples) {
    if (sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value)) sum += sample.value
  }
  return sum
}
