# Tudo começa por backend/bootstrap.py, que prepara o que falta e chama backend/launcher.py.
# Cada receita é um comando simples, sem shell no meio: assim a morte do make é percebida por quem ele chamou.

PYTHON ?= $(or $(shell command -v python3),$(shell command -v python3.13),$(shell command -v python3.12),$(shell command -v python3.11))
ifeq ($(strip $(PYTHON)),)
$(error O Atende Ai precisa do Python 3.11 ou mais novo: instale-o e rode de novo)
endif

BOOTSTRAP := $(PYTHON) backend/bootstrap.py
VENV := backend/venv/bin/python

.DEFAULT_GOAL := help
.PHONY: setup run dev test check lint format lock schema pytest bench chaos clean help

run: ## prepara tudo e serve a API e o painel em http://localhost:8001
	@$(BOOTSTRAP) run

dev: ## o mesmo, recarregando a API (8001) e o painel no Vite (5175)
	@$(BOOTSTRAP) dev

test: ## prepara tudo e roda todas as verificações e todos os testes
	@$(BOOTSTRAP) test

check: ## só as verificações rápidas: ruff, mypy, tsc, eslint, esquema da API e travas
	@$(BOOTSTRAP) check

lint: setup ## só o estilo: ruff e eslint
	@$(VENV) -m ruff check backend
	@npm --prefix frontend run lint

format: setup ## formata o código Python
	@$(VENV) -m ruff check --fix --quiet backend
	@$(VENV) -m ruff format backend

pytest: ## testes do backend com servidores descartáveis: make pytest ARGS="tests/unit -k buffer"
	@$(BOOTSTRAP) exec python -m pytest $(ARGS)

chaos: export CHAOS := long
chaos: ## a forma longa dos testes que matam processos no meio do trabalho
	@$(BOOTSTRAP) exec python -m pytest tests/unit/test_buffer_model.py tests/chaos $(ARGS)

bench: ## mede o desempenho com servidores descartáveis
	@$(BOOTSTRAP) exec python ../bench $(ARGS)

schema: setup ## gera de novo os tipos do painel a partir da API
	@$(VENV) backend/devtools/apischema.py write

lock: setup ## resolve e trava de novo as dependências do Python
	@$(VENV) backend/devtools/locks.py compile

clean: ## apaga o que foi instalado e construído; os dados de .data ficam
	@rm -rf backend/venv backend/openapi.json backend/.mypy_cache backend/.ruff_cache backend/.pytest_cache backend/.hypothesis .ruff_cache frontend/node_modules frontend/dist

setup:
	@$(BOOTSTRAP) setup

help: ## mostra esta lista
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
