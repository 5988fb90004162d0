# Attaches to children of its own and changes a word of their memory, as who injects code does, and lets them go on (ptrace(2)). They are idle copies of
# this process; the kernel kills them when it ends, and it ends with its standard input. Told to attach to none it only looks whether it could.
#
#     perl injection.pl CHILDREN
use strict;
use warnings;
use File::Basename;
use lib dirname(__FILE__);
use syscalls;

use constant { PTRACE_PEEKDATA => 2, PTRACE_POKEDATA => 5, PTRACE_CONT => 7, PTRACE_SEIZE => 0x4206, PTRACE_INTERRUPT => 0x4207 };
use constant { PTRACE_O_EXITKILL => 0x100000, WALL => 0x40000000 };

# Eight bytes that every child has at the same address.
our $word = 'harmless';
my $address = unpack 'J', pack 'p', $word;
my ($before, $after) = map { unpack 'q', $_ } $word, 'injected';
my $own = $$;

# The last argument is the caller's own: what is asked for is written there.
sub ask {
    my ($what, $request, $child, $place) = @_;
    syscall(syscalls::number('ptrace'), $request, $child, $place, $_[4]) >= 0 or die "cannot $what a child of its own: ptrace: $!\n";
}

sub peek {
    my ($child) = @_;
    my $found = pack 'q', 0;
    ask('read', PTRACE_PEEKDATA, $child, $address, $found);
    return unpack 'q', $found;
}

sub start_child {
    my $child = fork // die "fork: $!\n";
    return $child if $child;
    syscalls::end_with_parent($own);
    close STDIN;
    sleep 1 while 1;
}

sub inject {
    my ($child) = @_;
    ask('attach to', PTRACE_SEIZE, $child, 0, PTRACE_O_EXITKILL);
    ask('stop', PTRACE_INTERRUPT, $child, 0, 0);
    waitpid $child, WALL;
    die "a child of its own has other memory\n" if peek($child) != $before;
    ask('change', PTRACE_POKEDATA, $child, $address, $after);
    die "a child of its own was not changed\n" if peek($child) != $after;
    ask('go on with', PTRACE_CONT, $child, 0, 0);
}

my ($count) = @ARGV;
my @children = map { start_child() } 1 .. ($count || 1);
eval {
    inject($_) for @children;
    if ($count) { 1 while sysread STDIN, my $rest, 4096 }
};
my $failure = $@;
kill KILL => @children;
waitpid $_, WALL for @children;
die $failure if $failure;
