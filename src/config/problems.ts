/** What is wrong with a configuration, said so that it can be put right without looking anything up. */

export interface Problem {
  /** `freshet.yaml:12:5`, or `command line`. */
  readonly where: string
  /** `clusters.shop.max_lag`; empty for the file as a whole. */
  readonly key: string
  readonly wrong: string
  /** What would be right; empty when `wrong` says it all. */
  readonly right: string
}

export function formatProblem({ where, key, wrong, right }: Problem): string {
  return `${where} ${key === '' ? '' : `${key}: `}${wrong}${right === '' ? '' : `; ${right}`}`
}

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`. */
function distance(a: string, b: string): number {
  let previous: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(replace, row[j]! + 1, next[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, previous[j - 2]! + 1)
      next.push(best)
    }
    previous = row
    row = next
  }
  return row[b.length]!
}

/** The known name that `unknown` is most likely meant to be, or undefined when none is near. */
export function nearest(unknown: string, known: readonly string[]): string | undefined {
  const wanted = unknown.toLowerCase().replaceAll('-', '_')
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(unknown.length / 3)) + 1
  for (const name of known) {
    const edits = distance(wanted, name.toLowerCase().replaceAll('-', '_'))
    if (edits < bestDistance) {
      best = name
      bestDistance = edits
    }
  }
  return best
}
