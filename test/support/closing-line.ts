/** The last line of a test run: `N passed, M failed`, for scripts and for people in a hurry. */
import type { SerializedError, TestModule, TestRunEndReason } from 'vitest/node'
import type { Reporter } from 'vitest/reporters'

/** Nothing may hide: a suite or file that failed as a whole and an error outside any test count as failed, and so does an interrupted run. */
function closingCounts(
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
  reason: TestRunEndReason,
): { readonly passed: number; readonly failed: number } {
  let passed = 0
  let failed = errors.length
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') passed++
      // What still stands as pending never ended. Skipped are those that a filter left out, or a hook that failed, which counts for itself.
      else if (state !== 'skipped') failed++
    }
    failed += module.errors().length
    for (const suite of module.children.allSuites()) failed += suite.errors().length
  }
  if (reason === 'interrupted' && failed === 0) failed = 1
  if (passed + failed === 0) failed = 1
  return { passed, failed }
}

export default class ClosingLine implements Reporter {
  /** The other reporters' summaries come first: this one is the last of the list, and a process prints in order. */
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const { passed, failed } = closingCounts(modules, errors, reason)
    // At the very end of the process, behind what vitest itself says while it closes.
    process.once('exit', () => {
      // A filter that no test matches is a success to vitest, and the line says that the run has failed.
      if (failed > 0) process.exitCode ||= 1
      process.stdout.write(`${passed} passed, ${failed} failed\n`)
    })
  }
}
