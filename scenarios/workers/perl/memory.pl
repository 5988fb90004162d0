# Becomes a copy of a program that lies in memory and has no file (memfd_create(2)). Without a program it only looks whether it could.
#
#     perl memory.pl [PROGRAM [ARGUMENT...]]
use strict;
use warnings;
use Errno;
use IO::Handle;
use File::Basename;
use lib dirname(__FILE__);
use syscalls;

# Since Linux 6.3 who means to execute it says so; before that nobody could.
use constant { MFD_CLOEXEC => 1, MFD_EXEC => 0x10 };

sub memory_file {
    for my $flags (MFD_CLOEXEC | MFD_EXEC, MFD_CLOEXEC) {
        my $fd = syscall syscalls::number('memfd_create'), my $name = 'footprint', $flags;
        return $fd if $fd >= 0;
        die "no program may run from memory here: memfd_create: $!\n" if !$!{EINVAL} || $flags == MFD_CLOEXEC;
    }
}

my $fd = memory_file();
my $path = "/proc/self/fd/$fd";
die "no program may run from memory here: $path is not executable\n" if !-x $path;
my $program = shift @ARGV // exit;
my ($file) = grep { -f -x } map { "$_/$program" } split /:/, $ENV{PATH} // '';
open my $from, '<:raw', $file // die "there is no $program on PATH to copy\n" or die "$file: $!\n";
open my $memory, '+<&=', $fd or die "$path: $!\n";
binmode $memory;
{
    local $/ = \65536;
    print {$memory} $_ while <$from>;
}
$memory->flush or die "$path: $!\n";
exec { $path } $program, @ARGV or die "$path: $!\n";
