/** What is known of each database: its catalog, kept fresh, and the classifier that uses it. */
import type { Fleet } from '../fleet/types.ts'
import type { Log } from '../observe/log.ts'
import type { DatabaseContext } from '../session/context.ts'
import type { Classifier } from '../sql/facts.ts'
import type { Knowledge } from './engine.ts'

export interface DatabasesOptions {
  readonly fleet: Fleet
  readonly log: Log
  readonly knowledge: () => Knowledge
  /** ms between two readings of a catalog. */
  readonly refresh: () => number
  /** A function of this database sets this. */
  readonly settingFound: (name: string) => void
}

const DATABASES_MAX = 1000
const LOCK_NOT_AVAILABLE = '55P03'
/** ms */
const RETRY_AFTER = 500

class Database implements DatabaseContext {
  schemaVersion = 0
  readsLastSequence = false
  readonly #name: string
  readonly #options: DatabasesOptions
  readonly #knowledge: Knowledge
  #loading: Promise<void> | null = null
  #again = false
  #complained = false

  constructor(name: string, options: DatabasesOptions) {
    this.#name = name
    this.#options = options
    this.#knowledge = options.knowledge()
  }

  get classifier(): Classifier {
    return this.#knowledge.classifier
  }

  get settersOfOthers(): ReadonlySet<string> {
    return this.#knowledge.settersOfOthers
  }

  schemaChanged(): void {
    this.schemaVersion++
    this.classifier.invalidate()
    void this.refresh()
  }

  /** Reads the catalog; once more when asked meanwhile. Never rejects. */
  refresh(): Promise<void> {
    if (this.#loading !== null) {
      this.#again = true
      return this.#loading
    }
    this.#loading = this.#load().finally(() => {
      this.#loading = null
      if (this.#again) {
        this.#again = false
        void this.refresh()
      }
    })
    return this.#loading
  }

  async #load(): Promise<void> {
    const { fleet, log } = this.#options
    const before = this.schemaVersion
    try {
      await this.#knowledge.load((sql, parameters) =>
        this.#name === '' ? fleet.query(sql, parameters) : fleet.queryDatabase(this.#name, sql, parameters),
      )
      // What has come may be older than a change that was seen meanwhile; `refresh` has been asked to read it again.
      if (this.schemaVersion !== before) this.classifier.invalidate()
      this.#knowledge.settings.forEach(this.#options.settingFound)
      this.#complained = false
    } catch (error) {
      // DDL under way held a lock.
      if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) {
        setTimeout(() => void this.refresh(), RETRY_AFTER).unref()
        return
      }
      // Without a catalog reads stay on the primary; saying so once is enough.
      if (!this.#complained) {
        log.warn(
          { database: this.#name, error: (error as Error).message },
          'cannot read the catalog; statements of this database run on the primary until it can be read',
        )
      }
      this.#complained = true
    }
  }
}

export class Databases {
  readonly #options: DatabasesOptions
  readonly #byName = new Map<string, Database>()
  #timer: NodeJS.Timeout | null = null

  constructor(options: DatabasesOptions) {
    this.#options = options
    this.#schedule()
  }

  /** With its catalog read, or at least tried. */
  async get(name: string): Promise<DatabaseContext> {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    if (this.#byName.size >= DATABASES_MAX) this.#byName.clear()
    const database = new Database(name, this.#options)
    this.#byName.set(name, database)
    await database.refresh()
    return database
  }

  any(): DatabaseContext | undefined {
    return this.#byName.values().next().value
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      for (const database of this.#byName.values()) await database.refresh()
      this.#schedule()
    }, this.#options.refresh())
    this.#timer.unref()
  }
}
