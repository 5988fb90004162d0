# System calls for which perl has no word, by their numbers on the machines that the image is for (arch/*/include/generated/uapi/asm/unistd_64.h).
package syscalls;
use strict;
use warnings;
use Config;

my %NUMBERS = (
    x86_64  => { memfd_create => 319, mmap => 9, mount => 165, prctl => 157, ptrace => 101, read => 0, unshare => 272 },
    aarch64 => { memfd_create => 279, mmap => 222, mount => 40, prctl => 167, ptrace => 117, read => 63, unshare => 97 },
);
my ($machine) = $Config{archname} =~ /^([^-]+)/;

# The number of a call.
sub number {
    my ($name) = @_;
    return $NUMBERS{$machine}{$name} // die "$name: its number on $machine is not known\n";
}

use constant { PR_SET_PDEATHSIG => 1, SIGKILL => 9 };

# The kernel kills this process when its parent ends.
sub end_with_parent {
    my ($parent) = @_;
    syscall number('prctl'), PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0;
    exit if getppid != $parent;
}

1;
