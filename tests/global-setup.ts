import { openShared } from './shared.ts'

/** Runs before the first test file; what it gives runs after the last one. */
export default (): Promise<() => Promise<void>> => openShared()
