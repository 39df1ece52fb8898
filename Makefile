# Plain "make" lists what you can do.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse --verify --quiet HEAD 2>/dev/null)
BUILT   := $(shell git show -s --format=%cI HEAD 2>/dev/null)
LDFLAGS := -s -w -X sapa/internal/cli.version=$(VERSION) -X sapa/internal/cli.commit=$(COMMIT) -X sapa/internal/cli.built=$(BUILT)

# The linters have their own module file, so that they never decide which
# versions the program is built with.
TOOL := go tool -modfile=tools.mod

# Packages in which goroutines meet; they are tested a second time with -race. The
# outbox meets its transport in internal/app, whose tests run it whole; its own tests
# simulate many days and take ten to twenty times as long under the race detector.
RACE := $(patsubst %,./%/...,$(wildcard internal/store internal/campaign internal/inbox internal/whatsapp internal/app internal/cli))

.DEFAULT_GOAL := help
.PHONY: help build demo test lint race bench fuzz-short clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/sapa, one static program
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/sapa ./cmd/sapa

demo: build ## show the whole product on invented data; needs only Go and make
	@exec ./bin/sapa demo

test: lint ## everything that CI runs: lint, all tests, the concurrent ones again with -race
	@echo '== go test'
	go test ./...
	@$(MAKE) --no-print-directory race

lint: ## formatting, go vet, staticcheck, unreachable code
	@echo '== gofumpt'
	@unformatted="$$($(TOOL) gofumpt -l .)" && { test -z "$$unformatted" || { echo "run gofumpt -w on:" $$unformatted; exit 1; }; }
	@echo '== go vet'
	@go vet ./...
	@echo '== staticcheck'
	@$(TOOL) staticcheck ./...
	@echo '== deadcode'
	@dead="$$($(TOOL) deadcode -test ./...)" && { test -z "$$dead" || { echo "$$dead"; exit 1; }; }

race: ## the tests of the concurrent packages with the race detector; needs gcc
	@echo '== go test -race'
	@if command -v gcc >/dev/null; then \
		echo "go test -race -short $(RACE)"; CGO_ENABLED=1 go test -race -short $(RACE); \
	elif [ "$$CI" = true ]; then \
		echo 'gcc is missing; install the Debian packages gcc and libc6-dev'; exit 1; \
	else \
		echo 'left out: gcc is missing (Debian packages gcc and libc6-dev)'; \
	fi

bench: ## speed and size figures of this machine, each with the most it should be
	@echo "cores: $$(getconf _NPROCESSORS_ONLN)"
	@for package in ./internal/app ./internal/tabular; do \
		go test -run '^$$' -bench . -benchtime 1x -timeout 30m $$package; \
	done | awk "$$FIGURES"

# A benchmark that reports "s" and "s-target" is printed as one line with its unit,
# target, and "ok" or "over". A figure over its target is no failure, an error is.
define FIGURES
/^Benchmark/ {
	name = $$1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$$/, "", name)
	delete most
	for (i = 3; i < NF; i += 2) if (sub(/-target$$/, "", $$(i + 1))) { most[$$(i + 1)] = $$i; $$(i + 1) = "" }
	for (i = 3; i < NF; i += 2) if ($$(i + 1) in most)
		printf "%-24s %10s %-12s at most %-6s %s\n", name, $$i, $$(i + 1), most[$$(i + 1)] + 0, $$i + 0 <= most[$$(i + 1)] + 0 ? "ok" : "over"
}
/^(---|panic|FAIL| +[a-z_]+\.go:)/ { print; failed = 1 }
END { exit failed }
endef
export FIGURES

fuzz-short: ## every fuzz test for ten seconds
	@for package in $$(go list ./...); do \
		for fuzz in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "== $$package $$fuzz"; \
			go test -run '^$$' -fuzz "^$$fuzz\$$" -fuzztime 10s $$package || exit 1; \
		done; \
	done

clean: ## delete what was built
	rm -rf bin
