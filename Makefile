# A bare make lists the verbs.
.PHONY: help test long race noasm fmt ci memory quickstart bench bench-baseline bench-quick bench-peers fuzz

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

quickstart: ## run the main job on real data
	go run ./examples/quickstart

test: ## run the tests
	go test ./...

race: ## run the tests under the race detector, returned buffers overwritten
	go test -race -short -tags volley_invariants ./...

noasm: ## run the tests without assembly
	go test -tags noasm ./...

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

ci: ## run all that must hold before a change lands
	bash .ci/run

memory: ## hold jobs over awkward files to their memory budgets (about 5 minutes, some hundred MB of disk)
	cd bench && go run ./cmd/memory

bench: ## run Go's own benchmarks against the stored baseline
	cd bench && go run ./cmd/gobench

bench-baseline: ## store this machine's baseline
	cd bench && go run ./cmd/gobench -update

bench-quick: ## hold the CSV jobs against the peers, small (about 2 minutes; needs Python)
	cd bench && go run . -quick -jobs csv

bench-peers: ## hold every job against every peer and store the table (about 45 minutes; needs Python)
	cd bench && go run . -store

RUNS ?= 1000
long: ## run what takes long: a sort of 2 GiB in 64 MiB (3 GiB of TMPDIR), a million calls that wait, and RUNS (1000) times steps that share memory
	VOLLEY_LONG=2048 go test ./apply/order -count=1 -timeout 30m -v
	VOLLEY_LONG=1000000 go test ./apply -count=1 -timeout 30m -v -run TestManyCallsTakeLittleMemory
	VOLLEY_RUNS=$(RUNS) go test -count=1 -timeout 2h -run TestThreeThatHoldMemory ./internal/engine

FUZZTIME ?= 60s
EXPRESSIONS ?= 100000
fuzz: ## check EXPRESSIONS (100000) random expressions, then run every fuzz target for FUZZTIME (60s)
	VOLLEY_EXPRESSIONS=$(EXPRESSIONS) VOLLEY_SEED=$$(date +%s) go test -count=1 -timeout 2h -run TestRandomExpressions ./apply/expr
	@for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "== $$pkg $$f"; go test -fuzzminimizetime 1s -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done
