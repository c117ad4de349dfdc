# SPDX-License-Identifier: GPL-2.0-or-later
# Examples of the manual that act, on a real kernel: the worked sessions as they stand there, and those of pages of one command
# after what the page takes as given.
# vm: platforms=vtd-scalable kernels=7.3

setup()
{
	load ../lib
	load ../../lib/manual
}

teardown()
{
	unbind_vfio 0000:01:00.0
}

# in_session SCRIPT: in a session that ends with it, to the first line that fails.
in_session()
{
	iommuctl session exec -- bash -ec "iommuctl() { \"\$IOMMUCTL\" \"\$@\"; }; $1"
}

# script: standard input on its own, as at a prompt, with the program in place.
script()
{
	bash -ec "iommuctl() { \"\$IOMMUCTL\" \"\$@\"; }; $(cat)"
}

@test "examples: the worked session of iommuctl-sessions(7)" {
	bind_vfio 0000:01:00.0
	examples_of "$srcdir/man/iommuctl-sessions.7" >"$BATS_TEST_TMPDIR/script"
	run script <"$BATS_TEST_TMPDIR/script"
	assert_success
	assert_equal "$(iommuctl session list --json | jq -c .sessions)" "[]"
}

@test "examples: the session of iommuctl-cookbook(7)" {
	bind_vfio 0000:01:00.0
	sed -n '/needs=guest/,$p' "$srcdir/man/iommuctl-cookbook.7" >"$BATS_TEST_TMPDIR/page"
	examples_of "$BATS_TEST_TMPDIR/page" >"$BATS_TEST_TMPDIR/script"
	run script <"$BATS_TEST_TMPDIR/script"
	assert_success
	assert_output --partial "0x0000000001000000-0x00000000011fffff"
	assert_equal "$(iommuctl session list --json | jq -c .sessions)" "[]"
}

# page_works PAGE COUNT GIVEN: the first COUNT examples of a page, after the lines GIVEN.
page_works()
{
	local examples
	examples=$(examples_of "$srcdir/man/iommuctl-$1.8" | head -n "$2")
	run in_session "$3"$'\n'"$examples"
	[ "$status" -eq 0 ] || fail "$1: $output"
}

@test "examples: pages of operations on IO address spaces" {
	page_works ioas-alloc 2 :
	page_works ioas-map 2 'iommuctl ioas-alloc; truncate -s 2M /dev/shm/guest'
	page_works ioas-unmap 1 'iommuctl ioas-alloc; iommuctl ioas-map 1 2M --iova=0x1000000'
	page_works ioas-copy 2 'iommuctl ioas-alloc; iommuctl ioas-alloc; iommuctl ioas-map 1 2M --iova=0x1000000'
	page_works iova-ranges 2 'iommuctl ioas-alloc'
	page_works allow-iovas 2 'iommuctl ioas-alloc'
	page_works option 2 'iommuctl ioas-alloc'
	page_works vfio-ioas 2 'iommuctl ioas-alloc; iommuctl vfio-ioas set 1'
	rm -f /dev/shm/guest
}

@test "examples: pages of operations on devices" {
	bind_vfio 0000:01:00.0
	page_works bind 1 :
	page_works unbind 1 'iommuctl bind 0000:01:00.0'
	page_works attach 1 'iommuctl ioas-alloc; iommuctl bind 0000:01:00.0'
	page_works detach 1 'iommuctl ioas-alloc; iommuctl bind 0000:01:00.0; iommuctl attach 0000:01:00.0 1'
	page_works replace 2 'iommuctl ioas-alloc; iommuctl bind 0000:01:00.0; iommuctl attach 0000:01:00.0 1
		ids=$(iommuctl ioas-alloc -q); while [ "$ids" -lt 4 ]; do ids=$(iommuctl ioas-alloc -q); done'
	page_works destroy 1 'iommuctl ioas-alloc; iommuctl ioas-alloc; iommuctl ioas-alloc; iommuctl ioas-alloc'
	page_works fault-queue 2 :
}
