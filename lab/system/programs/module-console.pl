#!/usr/bin/perl
# The serial line of a chassis' module: a terminal that is always there, with the module's shell on it. Who connects sees what
# comes from now on; what was left running goes on running.
use strict;
use warnings;
use Fcntl;
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();

my $place = '/run/module1.console';
my $user = shift;
unlink $place;
my $door = IO::Socket::UNIX->new(Local => $place, Listen => 1) or die "$place: $!\n";
chmod 0666, $place;

sub open_terminal {
    sysopen(my $master, '/dev/ptmx', O_RDWR | O_NOCTTY) or die "no terminal: $!\n";
    my $number = pack 'I', 0;
    my $unlocked = pack 'I', 0;
    ioctl($master, 0x40045431, $unlocked) or die "TIOCSPTLCK: $!\n";
    ioctl($master, 0x80045430, $number) or die "TIOCGPTN: $!\n";
    my $child = fork() // die "$!\n";
    return ($master, $child) if $child;
    POSIX::setsid();
    my $tty = '/dev/pts/' . unpack 'I', $number;
    sysopen(my $slave, $tty, O_RDWR) or die "$tty: $!\n";
    ioctl($slave, 0x540e, 0);
    chown((getpwnam($user))[2], 5, $tty);
    POSIX::dup2(fileno($slave), $_) for 0 .. 2;
    %ENV = (PATH => '/usr/local/bin:/usr/bin:/bin', TERM => 'vt100', HOME => (getpwnam($user))[7]);
    exec 'setpriv', "--reuid=$user", "--regid=$user", '--clear-groups', '/usr/local/sf/lib/module.pl';
}

my ($master, $child) = open_terminal();
my $visitor;
my $all = IO::Select->new($door, $master);
while (1) {
    for my $from ($all->can_read) {
        my $bytes = '';
        if ($from == $door) {
            my $next = $door->accept or next;
            # A line has one end: who comes last has it.
            if ($visitor) { $all->remove($visitor); close $visitor }
            $visitor = $next;
            $all->add($visitor);
        } elsif ($from == $master) {
            if (sysread($master, $bytes, 4096)) { syswrite($visitor, $bytes) if $visitor; next }
            waitpid($child, 0);
            $all->remove($master);
            close $master;
            ($master, $child) = open_terminal();
            $all->add($master);
        } elsif ($visitor && $from == $visitor) {
            if (sysread($visitor, $bytes, 4096)) { syswrite($master, $bytes); next }
            $all->remove($visitor);
            close $visitor;
            undef $visitor;
        }
    }
}
