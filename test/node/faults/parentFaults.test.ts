import { parentFaults } from "./parentFaults.ts"

// With processes: `test/soak/faults.test.ts`.
parentFaults("ThreadExecutor")
