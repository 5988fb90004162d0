# Becomes a program whose working directory lies outside of its root, and which it is reached by: chroot(2) that leaves the directory behind. The
# root is /usr, where the libraries are, and the directory that of control groups.
#
#     perl leaked-directory.pl PROGRAM [ARGUMENT...]
use strict;
use warnings;

use constant ROOT => '/usr';
my ($leaked) = grep { -d } '/sys/fs/cgroup', '/';
my ($program) = @ARGV;

opendir my $directory, $leaked or die "$leaked: $!\n";
chroot ROOT or die "cannot change its root: $!\n";
chdir $directory or die "$leaked: $!\n";
my $depth = () = $leaked =~ m{/[^/]}g;
my $path = join '/', ('..') x $depth, 'bin', $program;
exec { $path } @ARGV or die "$path from $leaked, with ${\ROOT} as root: $!\n";
