# Reading keys and lines at a terminal, for programs that are a user's shell and echo by themselves.
package Console;
use strict;
use warnings;
use POSIX ();
use Exporter 'import';
our @EXPORT = qw(keys_alone key edit show idle_limit);

my $console = POSIX::Termios->new;
my $has_terminal = defined $console->getattr(0);
my ($lflag, $iflag) = $has_terminal ? ($console->getlflag, $console->getiflag) : (0, 0);
# Seconds of silence after which the session ends; 0 is never.
my $idle = 0;
sub idle_limit { ($idle) = @_ }

sub keys_alone {
    my ($on) = @_;
    return unless $has_terminal;
    $console->setlflag($on ? $lflag & ~(POSIX::ECHO | POSIX::ICANON | POSIX::ISIG | POSIX::IEXTEN) : $lflag);
    $console->setiflag($on ? $iflag & ~POSIX::ICRNL : $iflag);
    $console->setcc(POSIX::VMIN, 1);
    $console->setcc(POSIX::VTIME, 0);
    $console->setattr(0, POSIX::TCSANOW);
}

sub key {
    if ($idle > 0) {
        my $fd = '';
        vec($fd, 0, 1) = 1;
        return undef if select($fd, undef, undef, $idle) == 0;
    }
    my $byte = '';
    return sysread(STDIN, $byte, 1) ? $byte : undef;
}

# One line; undef at the end of the input. `hangs`: only Ctrl-U is heard at first.
sub edit {
    my ($prompt, $line, %how) = @_;
    my $hangs = $how{hangs};
    keys_alone(1);
    print $prompt, $line;
    my $answer;
    while (defined(my $key = key())) {
        next if $hangs && $key ne "\x15";
        if ($key eq "\r" || $key eq "\n") { print "\r\n"; $answer = $line; last }
        elsif ($key eq "\x04") { last if $line eq '' }
        elsif ($key eq "\x03") { print "^C"; $answer = ''; last }
        elsif ($key eq "\x15") { print "\b \b" x length $line; $line = ''; $hangs = 0 }
        elsif ($key eq "\x7f" || $key eq "\b") { print "\b \b" if $line =~ s/.$// }
        elsif ($key ge ' ') { print $key; $line .= $key }
    }
    keys_alone(0);
    return $answer;
}

# Stops after a screenful where the box pages; a blank goes on, q ends.
sub show {
    my ($text) = @_;
    if (!-e '/etc/sf/pager') { print $text; return }
    my @lines = split /(?<=\n)/, $text;
    while (@lines) {
        print splice(@lines, 0, 23);
        return unless @lines;
        print '--More--';
        keys_alone(1);
        my $key = key() // exit 0;
        keys_alone(0);
        print "\r        \r";
        return if $key eq 'q';
    }
}
1;
