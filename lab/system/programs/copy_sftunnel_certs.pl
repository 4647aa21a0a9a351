#!/usr/bin/perl
# copy_sftunnel_certs.py and its variant for a jump server: brings what was issued last to each row of the CSV over SSH, through
# the box's own command line. Its texts, that it looks at no host key and does not restart sftunnel, are our belief.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;
use IO::Select;
use IPC::Open3;
use JSON::PP;
use MIME::Base64;
use Symbol 'gensym';

$| = 1;
if ($> != 0) { print STDERR "This script must be run as root.\n"; exit 1 }
my $csv = @ARGV == 1 ? slurp($ARGV[0]) : undef;
if (!defined $csv) { print STDERR "Usage: $0 devices.csv\n"; exit 2 }
my ($newest) = sort { $b cmp $a } grep { -d } glob '/var/tmp/certs/*';
if (!defined $newest) { print "No generated certificates found in /var/tmp/certs\n"; exit 1 }
my @files = qw(cacert.pem sftunnel-cert.pem sftunnel-key.pem);
my $own = ims('APPLIANCE_UUID');
my %peers = map { ($_->{ip} => $_->{uuid}) } map { JSON::PP->new->utf8->decode(slurp($_)) } glob '/var/sf/peers/*/sftunnel.json';

# As Python's csv module reads them.
sub cells {
    my ($row) = @_;
    my @cells;
    push @cells, defined $1 ? $1 =~ s/""/"/gr : $2 =~ s/^\s+|\s+$//gr while $row =~ /\G\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/g && @cells < 4;
    return @cells;
}

# Undef when the files have arrived.
sub copy_to {
    my ($address, $user, $password) = @_;
    my $uuid = $peers{$address} // return 'not a peer of this FMC';
    my %sets = map { ($_ => slurp("$newest/$uuid/$_") // return "no certificates for $uuid in $newest") } @files;
    local $ENV{SSH_ASKPASS} = '/usr/local/sf/lib/askpass';
    local $ENV{SSH_ASKPASS_REQUIRE} = 'force';
    local $ENV{COPY_PASSWORD} = $password;
    my $seconds = int((setting('generation', {})->{sshTimeoutMs} // 0) / 1000) || 1;
    my ($in, $out, $err) = (undef, undef, gensym);
    my $ssh = open3($in, $out, $err, 'ssh', '-tt', '-o', "ConnectTimeout=$seconds", '-o', 'LogLevel=ERROR', '-o', 'NumberOfPasswordPrompts=1',
        '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', "$user\@$address");
    my ($seen, $problem) = ('', '');
    my $until = sub {
        my ($pattern) = @_;
        while ($seen !~ $pattern) {
            if (!IO::Select->new($out)->can_read(20) || !sysread($out, $seen, 4096, length $seen)) {
                local $/;
                $problem = <$err> // '';
                $problem =~ s/\s+$//;
                $problem = 'no answer' if $problem eq '';
                die "gone\n";
            }
        }
        my ($found) = $seen =~ $pattern;
        $seen = '';
        return $found;
    };
    my $type = sub { syswrite($in, "$_[0]\r") };
    local $SIG{PIPE} = 'IGNORE';
    eval {
        my $root = qr/root@[^\n]*# $/;
        if ($until->(qr/(> |\$ )$/) eq '> ') { $type->('expert'); $until->(qr/\$ $/) }
        $type->('sudo su -');
        $until->(qr/[Pp]assword[^\n]*: $/);
        $type->($password);
        $until->($root);
        for my $file (@files) {
            my $to = "/var/sf/peers/$own/$file";
            $type->("cp $to $to.backup");
            $until->($root);
            $type->("base64 -d > $to");
            $type->($_) for split /\n/, encode_base64($sets{$file});
            syswrite($in, "\x04");
            $until->($root);
        }
    };
    close $in;
    kill 'TERM', $ssh;
    waitpid($ssh, 0);
    return $@ ? $problem || $@ : undef;
}

my $failures = 0;
for my $row (split /\r?\n/, $csv) {
    my ($name, $address, $user, $password) = cells($row);
    next if !defined $password || lc($name) eq 'device_name' || $address eq (slurp('/.lab/address') =~ s/\s+//gr);
    my $problem = copy_to($address, $user, $password);
    $failures++ if defined $problem;
    print "$name: ", $problem // 'certificates copied successfully', "\n";
}
exit($failures ? 1 : 0);
