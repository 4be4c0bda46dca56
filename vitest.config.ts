import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    typecheck: { enabled: true, include: ["tests/**/*.test-d.ts"], tsconfig: "./tsconfig.json" },
    pool: "forks", // native addons and their threads stay apart
    testTimeout: 60_000, // a busy machine is no failure
    hookTimeout: 60_000,
  },
});
