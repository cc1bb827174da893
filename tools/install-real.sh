#!/bin/sh
# Installs what `make test-real` and `make bench` compare with, where it is missing: kustomize, helm and kubeconform through
# the Go module proxy and the SARIF multitool through npm into build/tools, chromium through apt. Takes names of tools, else
# installs all of them; does nothing, and says nothing, where all is there.
set -eu
cd "$(dirname "$0")/.."

tools=$PWD/build/tools
mkdir -p "$tools"
log=$tools/install.log

die() {
    echo "install-real: $*" >&2
    exit 1
}

have() {
    test -x "$tools/$1" || command -v "$1" >/dev/null 2>&1
}

# go_tool NAME MODULE@VERSION
go_tool() {
    have "$1" && return 0
    command -v go >/dev/null 2>&1 || die "$1 is built with Go, and there is none; install Go 1.24 or newer, or $1 itself"
    echo "Building $1 ..."
    GOBIN=$tools go install "$2" >>"$log" 2>&1 || die "$1 could not be built; see $log"
}

# npm_tool NAME PACKAGE@VERSION
npm_tool() {
    have "$1" && return 0
    command -v npm >/dev/null 2>&1 || die "$1 comes through npm, and there is none; install Node.js, or $1 itself"
    echo "Installing $1 ..."
    npm install --no-fund --no-audit --prefix "$tools/npm" "$2" >>"$log" 2>&1 || die "$1 could not be installed; see $log"
    ln -sf "npm/node_modules/.bin/$1" "$tools/$1"
}

# apt_tool NAME PACKAGE
apt_tool() {
    have "$1" && return 0
    command -v apt-get >/dev/null 2>&1 || die "$1 is missing, and there is no apt-get to install it; install it by hand"
    echo "Installing $1 ..."
    apt-get update -qq >>"$log" 2>&1 || die "apt-get update failed; see $log"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >>"$log" 2>&1 ||
        die "$1 could not be installed; see $log"
}

for tool in ${@:-kustomize helm kubeconform chromium sarif-multitool}; do
    case $tool in
    kustomize) go_tool kustomize sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 ;;
    helm) go_tool helm helm.sh/helm/v3/cmd/helm@v3.19.0 ;;
    kubeconform) go_tool kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0 ;;
    sarif-multitool) npm_tool sarif-multitool @microsoft/sarif-multitool@5.7.0 ;;
    chromium) apt_tool chromium chromium ;;
    *) die "no tool called $tool" ;;
    esac
done
