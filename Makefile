# A bare make lists the verbs.
.PHONY: help test race noasm fmt ci quickstart bench fuzz

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

bench: ## run Go's own benchmarks
	go test -run '^$$' -bench . -benchmem ./...

FUZZTIME ?= 60s
fuzz: ## run every fuzz target for FUZZTIME (60s)
	@for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "== $$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done
